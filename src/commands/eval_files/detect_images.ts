import { stat } from "node:fs/promises";
import { join } from "node:path";
import { SingleBar } from "cli-progress";
import type { CocoDataset, CocoImage, CocoResult } from "../../eval/coco.ts";
import type { Detector } from "../../ports/detector.ts";
import { readImageFile } from "../shared/arguments.ts";
import { list } from "./check_labels.ts";
import { cocoResults } from "./coco_results.ts";

/**
 * Returns the images whose files exist. Prints a warning about the others.
 *
 * @param strict True if every file must exist.
 * @throws {Error} If no file exists, or if one is missing and `strict` is true.
 */
export async function presentImages(
  images: readonly CocoImage[],
  folder: string,
  { strict, printError }: { strict: boolean; printError: (text: string) => void },
): Promise<readonly CocoImage[]> {
  const found = await Promise.all(images.map(({ file_name }) => exists(join(folder, file_name))));
  const missing = images.filter((_, index) => !found[index]).map(({ file_name }) => file_name);
  if (missing.length === 0) return images;
  const which = `${missing.length} of ${images.length} images, which are not in ${folder}: ` +
    list(missing);
  if (strict) throw new Error(`Cannot open ${which}. Without --strict they are skipped`);
  if (missing.length === images.length) throw new Error(`Cannot open ${which}`);
  printError(`Warning: skipped ${which}`);
  return images.filter((_, index) => found[index]);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
}

/** Detects on all images of a data set, and shows a progress bar. */
export async function detectImages(
  detector: Detector,
  truth: CocoDataset,
  folder: string,
  score: number,
): Promise<CocoResult[]> {
  const bar = new SingleBar({ format: "{bar} {value}/{total} images, {eta_formatted} left" });
  const results: CocoResult[] = [];
  bar.start(truth.images.length, 0);
  try {
    for (const image of truth.images) {
      const bytes = await readImageFile(join(folder, image.file_name));
      const { detections } = await detector.detect(bytes, { scoreThreshold: score });
      results.push(...cocoResults(image, truth.categories, detections));
      bar.increment();
    }
  } finally {
    bar.stop();
  }
  return results;
}
