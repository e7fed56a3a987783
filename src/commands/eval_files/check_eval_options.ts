/** Options of `eval` that apply to the run of a model only. */
const MODEL_OPTIONS: ReadonlySet<string> = new Set([
  "model",
  "engine",
  "variants",
  "score",
  "tiles",
  "overlap",
  "merge",
  "whole",
  "strict",
]);

/**
 * Refuses options that have no effect with `--detections`.
 *
 * @param given Names of the options that the user gave.
 * @throws {TypeError} If one of them has no effect. The message names all of them.
 */
export function checkGiven(given: readonly string[]): void {
  if (!given.includes("detections")) return;
  const unused = given.filter((name) =>
    MODEL_OPTIONS.has(name) || (name === "images" && !given.includes("plots"))
  );
  if (unused.length === 0) return;
  const names = unused.map((name) => `--${name}`).join(", ");
  throw new TypeError(
    `Cannot measure --detections with ${names} as no model runs and only --plots reads images: ` +
      `leave out ${names}`,
  );
}

/**
 * Refuses a score threshold for precision and recall below the lowest score of the detections.
 *
 * @param score Lowest score of the detections.
 * @param isDefault True if the model has set the threshold, not the user.
 * @throws {TypeError} If `threshold` is below `score`.
 */
export function checkThreshold(threshold: number, score: number, isDefault: boolean): void {
  if (threshold >= score) return;
  throw new TypeError(
    `Cannot measure at a threshold of ${threshold}${isDefault ? " (default of the model)" : ""} ` +
      `as detections below the --score of ${score} are dropped: lower --score` +
      (isDefault ? `, or give a --threshold of at least ${score}` : ""),
  );
}
