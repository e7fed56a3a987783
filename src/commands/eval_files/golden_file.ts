import { dirname, join } from "node:path";
import { z } from "zod";
import type { ComparedDetection } from "../../eval/golden_differences.ts";
import type { Detection } from "../../ports/detector.ts";
import { threshold } from "../shared/arguments.ts";
import { readJson } from "./read_json.ts";

const golden = z.object({
  /** Path of the image, relative to the folder of the golden file. */
  image: z.string().min(1),
  /** Framework that found these detections, and its version. */
  framework: z.string().min(1),
  /** Score threshold. Unset: that of the manifest. */
  score: threshold.optional(),
  detections: z.array(z.object({
    /** Class id. */
    label: z.int().nonnegative(),
    score: z.number(),
    /** xyxy, source pixels. */
    box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  })),
});

/** Files of version 0.1 name the image `picture`. */
const schema = z.preprocess((value) => {
  if (typeof value !== "object" || value === null || !("picture" in value)) return value;
  const { picture, ...rest } = value;
  return { image: picture, ...rest };
}, golden);

/** Detections of an image by the framework that made the model. */
export interface Golden {
  /** Path of the image. */
  readonly image: string;
  /** Name and version of the framework. */
  readonly framework: string;
  /** Score threshold. Unset: that of the manifest. */
  readonly score?: number | undefined;
  /** Detections in source pixels. Boxes with swapped edges are dropped: we never return any. */
  readonly detections: readonly ComparedDetection[];
}

/**
 * Reads a golden file. `docs/manifest.md` has an example.
 *
 * @throws {TypeError} Naming the first property that is wrong.
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

/** Converts a detection to the form of golden ones. */
export function comparable({ classId, score, box }: Detection): ComparedDetection {
  return { classId, score, box: [box.xmin, box.ymin, box.xmax, box.ymax] };
}
