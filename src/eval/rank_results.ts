import type { ImageOutcomes } from "./evaluate_image.ts";
import { IOU_THRESHOLDS } from "./protocol.ts";

/**
 * Merges the results of all images into one ranking, best score first (COCO, `accumulate`).
 *
 * Equal scores keep the order of the images, and within an image that of its results.
 *
 * @param images One category in one area range, by rising image id.
 * @param limit Most results of one image.
 * @returns `[T][N]` an {@linkcode Outcome} per IoU threshold and rank.
 */
export function rankResults(images: readonly ImageOutcomes[], limit: number): Uint8Array[] {
  const ranked = images
    .flatMap(({ scores, outcomes }) =>
      scores.slice(0, limit).map((score, row) => ({ score, outcomes, row }))
    )
    .sort((a, b) => b.score - a.score);
  return IOU_THRESHOLDS.map((_, t) =>
    Uint8Array.from(ranked, ({ outcomes, row }) => outcomes[t][row])
  );
}
