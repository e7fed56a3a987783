import { dirname, join } from "node:path";
import { z } from "zod";
import type { ComparedDetection } from "../../eval/golden_differences.ts";
import type { Detection } from "../../ports/detector.ts";
import { threshold } from "../shared/arguments.ts";
import { readJson } from "./read_json.ts";

const golden = z.object({
  /** Path of the image, relative to the folder of the golden file. */
  image: z.string().min(1),
  /** Name and version of the framework that produced the detections of this file. */
  framework: z.string().min(1),
  /** Score threshold of the detections. Unset: the score threshold in the manifest. */
  score: threshold.optional(),
  detections: z.array(z.object({
    /** Class id. */
    label: z.int().nonnegative(),
    score: z.number(),
    /** Left, top, right and bottom edge of the box, in source pixels. */
    box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  })),
});

/** Accepts golden files of version 0.1, in which the key `image` was called `picture`. */
const schema = z.preprocess((value) => {
  if (typeof value !== "object" || value === null || !("picture" in value)) return value;
  const { picture, ...rest } = value;
  return { image: picture, ...rest };
}, golden);

/**
 * Content of a golden file: the detections that the model's own framework produced for an image.
 * `model check` compares the detections of this project with this content.
 */
export interface Golden {
  /** Path of the image. */
  readonly image: string;
  /** Name and version of the framework. */
  readonly framework: string;
  /** Score threshold of the detections. Unset: the score threshold in the manifest. */
  readonly score?: number | undefined;
  /**
   * Detections in source pixels. Boxes with edges in the wrong order (x1 > x2 or y1 > y2) are left
   * out. The detector of this project never returns such boxes.
   */
  readonly detections: readonly ComparedDetection[];
}

/**
 * Reads a golden file, which contains detections of the model's own framework. `docs/manifest.md`
 * shows an example.
 *
 * @throws {TypeError} If a property is missing or wrong. The message names this property.
 */
export async function readGolden(path: string): Promise<Golden> {
  const { image, framework, score, detections } = await readJson(path, schema, "a golden");
  return {
    image: join(dirname(path), image),
    framework,
    score,
    detections: detections.filter(({ box: [x1, y1, x2, y2] }) => x2 >= x1 && y2 >= y1)
      .map(({ label, ...rest }) => ({ classId: label, ...rest })),
  };
}

/** Converts a detection to the format of a golden file. */
export function comparable({ classId, score, box }: Detection): ComparedDetection {
  return { classId, score, box: [box.xmin, box.ymin, box.xmax, box.ymax] };
}
