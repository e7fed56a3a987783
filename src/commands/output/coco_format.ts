import { basename } from "node:path";
import type { CocoImage, CocoResult } from "../../eval/coco.ts";
import { cocoResults } from "../eval_files/coco_results.ts";
import type { ImageSource } from "../inputs/image_source.ts";
import type { DetectedImage, OutputContext, TextFormat } from "./detect_output.ts";

/**
 * Creates the format of COCO results: an array of objects with `image_id`, `category_id`, `bbox`
 * and `score`, and also `file_name`.
 *
 * If the user names a data set, the ids are those of the data set. An image that the data set does
 * not contain is an error. Without a data set, the category id is the class id of the model. The
 * image id is the number in the file name, if all file names are different numbers. Otherwise, the
 * image id is the position of the image, from 1.
 */
export function cocoFormat({ sources, dataset }: OutputContext): TextFormat {
  const idOf = imageIds(sources);
  const imageOf = new Map(dataset?.images.map((image) => [image.file_name, image]));
  let isFirst = true;
  const resultsOf = (image: DetectedImage): CocoResult[] => {
    const { source, result } = image;
    if (dataset === undefined) return plainResults(idOf(image), image);
    const known = findImage(imageOf, source);
    if (known === undefined) {
      throw new Error(`Cannot write COCO results of ${source.name} as the annotations lack it`);
    }
    return cocoResults(known, dataset.categories, result.detections);
  };
  return {
    head: "[",
    add(image) {
      const results = resultsOf(image);
      if (results.length === 0) return undefined;
      const file_name = image.source.relativePath;
      const lines = results.map((each) => JSON.stringify({ ...each, file_name }));
      const comma = isFirst ? "" : ",";
      isFirst = false;
      return comma + lines.join(",\n");
    },
    finish: () => "]",
  };
}

function plainResults(image_id: number, { result }: DetectedImage): CocoResult[] {
  return result.detections.map(({ classId, score, box: { xmin, ymin, xmax, ymax } }) => ({
    image_id,
    category_id: classId,
    bbox: [xmin, ymin, xmax - xmin, ymax - ymin],
    score,
  }));
}

/** Finds an image in a data set by its path in the input folder, or by its file name. */
function findImage(
  images: ReadonlyMap<string, CocoImage>,
  { relativePath }: ImageSource,
): CocoImage | undefined {
  return images.get(relativePath) ?? images.get(basename(relativePath));
}

/** Returns a function that returns the id of an image. */
function imageIds(sources: readonly ImageSource[]): (image: DetectedImage) => number {
  const numbers = sources.map(({ relativePath }) => {
    const stem = basename(relativePath).replace(/\.\w+$/, "");
    return /^\d{1,15}$/.test(stem) ? Number(stem) : NaN;
  });
  const areIds = new Set(numbers).size === numbers.length && !numbers.includes(NaN);
  return ({ index }) => areIds ? numbers[index]! : index + 1;
}
