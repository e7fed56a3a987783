/** Range of score thresholds and IoU thresholds, both ends included. */
export const THRESHOLD_RANGE = { min: 0, max: 1 } as const;
