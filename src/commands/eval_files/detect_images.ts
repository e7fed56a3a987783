import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { CocoDataset, CocoImage, CocoResult } from "../../eval/coco.ts";
import type { DetectOptions, Detector } from "../../ports/detector.ts";
import { readImageFile } from "../shared/arguments.ts";
import { progressBar } from "../shared/progress_bar.ts";
import type { CommandIo } from "../shared/run_command.ts";
import { list } from "./check_labels.ts";
import { cocoResults } from "./coco_results.ts";

/**
 * Returns the images whose files exist. Prints a warning about missing files.
 *
 * @param strict True if every file must exist.
 * @throws {Error} If no file exists, or if `strict` is true and a file is missing.
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

/** Detects objects on all images of a data set, and shows a progress bar. */
export async function detectImages(
  detector: Detector,
  truth: CocoDataset,
  folder: string,
  options: DetectOptions,
  io: CommandIo,
): Promise<CocoResult[]> {
  const results: CocoResult[] = [];
  using bar = progressBar(truth.images.length, io);
  for (const image of truth.images) {
    const bytes = await readImageFile(join(folder, image.file_name));
    const { detections } = await detector.detect(bytes, options);
    results.push(...cocoResults(image, truth.categories, detections));
    bar.step();
  }
  return results;
}
