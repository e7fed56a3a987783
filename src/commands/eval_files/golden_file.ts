import { threshold } from "../shared/arguments.ts";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { ComparedDetection } from "../../eval/golden_differences.ts";
import type { Detection } from "../../ports/detector.ts";

const golden = z.object({
  /** Path of the image, relative to the folder of the golden file. */
  image: z.string().min(1),
  /** What gave these detections, and its version. */
  framework: z.string().min(1),
  /** Score threshold, where it is not the manifest's. */
  score: threshold.optional(),
  detections: z.array(z.object({
    /** Class id. */
    label: z.int().nonnegative(),
    score: z.number(),
    /** xyxy, pixels of the source. */
    box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  })),
});

/** Files of version 0.1 name the image `picture`. */
const schema = z.preprocess((value) => {
  if (typeof value !== "object" || value === null || !("picture" in value)) return value;
  const { picture, ...rest } = value;
  return { image: picture, ...rest };
}, golden);

/** An image's detections as a framework gave them. */
export interface Golden {
  /** Path of the image. */
  readonly image: string;
  /** What gave them, and its version. */
  readonly framework: string;
  /** Score threshold, where it is not the manifest's. */
  readonly score?: number;
  /** In source pixels; without boxes whose edges changed places, which no answer of ours holds. */
  readonly detections: readonly ComparedDetection[];
}

/**
 * Reads a golden file; `docs/manifest.md` shows one.
 *
 * @throws {TypeError} Naming the first property that is wrong.
 */
export async function readGolden(path: string): Promise<Golden> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!parsed.success) {
    const [{ path: property, message }] = parsed.error.issues;
    throw new TypeError(`Cannot read ${path} as a golden: ${property.join(".")}: ${message}`);
  }
  const { image, framework, score, detections } = parsed.data;
  return {
    image: join(dirname(path), image),
    framework,
    score,
    detections: detections.filter(({ box: [x1, y1, x2, y2] }) => x2 >= x1 && y2 >= y1)
      .map(({ label, ...rest }) => ({ classId: label, ...rest })),
  };
}

/** A detection of ours as goldens are compared. */
export function comparable({ classId, score, box }: Detection): ComparedDetection {
  return { classId, score, box: [box.xmin, box.ymin, box.xmax, box.ymax] };
}
