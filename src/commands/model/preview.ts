import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { detectorOf } from "../../detect/detector.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { DetectResult } from "../../ports/detector.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Session } from "../../ports/session.ts";
import { detectionSvg } from "../output/detections.ts";
import { readImageFile } from "../shared/arguments.ts";

/** Detections in an image, and the drawing of them. */
export interface Preview extends DetectResult {
  /** Path of the image. */
  readonly file: string;
  /** Path of the drawing. */
  readonly drawing: string;
}

/** Detects objects in an image and writes a drawing of the detections next to the image. */
export async function preview(
  runtime: Runtime,
  loaded: { readonly manifest: Manifest; readonly session: Session },
  image: string,
  score: number | undefined,
): Promise<Preview> {
  const bytes = await readImageFile(image);
  const result = await detectorOf(runtime, loaded).detect(bytes, { scoreThreshold: score });
  const drawing = join(dirname(image), `${basename(image)}.svg`);
  await writeFile(drawing, detectionSvg(bytes, result));
  return { ...result, file: image, drawing };
}
