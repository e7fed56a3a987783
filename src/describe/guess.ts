/** Properties of a drafted manifest, and the reasons for guessed properties. */
export interface Guessed<Part> {
  /** Properties of the manifest. */
  readonly part: Part;
  /**
   * Reason for the value of each guessed property. The key is the path of the property in the
   * manifest. Each reason begins with its `Grade`.
   */
  readonly guesses: Readonly<Record<string, string>>;
}

/**
 * Reliability of a guess.
 *
 * - `suggested`: names or values in the graph point to the value.
 * - `assumed`: nothing in the graph points to a value. The draft contains the usual value.
 * - `open`: the draft contains no value. A person must set one before the model can be used.
 */
export type Grade = "suggested" | "assumed" | "open";

/** Returns a reason with the grade `suggested`. */
export function suggested(reason: string): string {
  return `suggested: ${reason}`;
}

/** Returns a reason with the grade `assumed`. */
export function assumed(reason: string): string {
  return `assumed: ${reason}`;
}

/** Returns a reason with the grade `open`. */
export function open(reason: string): string {
  return `open: ${reason}`;
}

/** Returns the grade of a reason. A reason without a grade counts as `assumed`. */
export function gradeOf(reason: string): Grade {
  if (reason.startsWith("suggested: ")) return "suggested";
  return reason.startsWith("open: ") ? "open" : "assumed";
}
