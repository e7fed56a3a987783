/** Range of a score threshold and of an IoU threshold, both ends included. */
export const THRESHOLD_RANGE = { min: 0, max: 1 } as const;
