/** Range of score thresholds and IoU thresholds, both ends included. */
export const THRESHOLD_RANGE = { min: 0, max: 1 } as const;

/** Range of the option `sigma` of soft-NMS. A greater sigma lowers hardly any score. */
export const SIGMA_RANGE = { min: 0.01, max: 10 } as const;
