/** What became of a result. */
export const Outcome = {
  /** It found nothing that counts: a false positive. */
  miss: 0,
  /** It found an object that counts: a true positive. */
  hit: 1,
  /** It is neither, since what it found, or its own area, is outside the measurement. */
  ignored: 2,
} as const;
