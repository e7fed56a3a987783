/** Longest delay that `setTimeout()` accepts, milliseconds. A longer one ends at once. */
export const LONGEST_DELAY_MS: number = 2 ** 31 - 1;
