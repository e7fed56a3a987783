import { detectorOf } from "../../src/detect/detector.ts";
import { DEFAULT_IMAGE_LIMITS, type ImageLimits } from "../../src/image/limits.ts";
import type { RawImage } from "../../src/image/raw_image.ts";
import type { Detector } from "../../src/ports/detector.ts";
import type { Runtime } from "../../src/ports/runtime.ts";
import type { Feeds, RunOptions, Session, Tensor } from "../../src/ports/session.ts";
import { finished } from "../manifest/small_manifest.ts";
import { memoryRuntime } from "./memory_runtime.ts";

/** Manifest of a model that sees 64x64 pixels and returns finished boxes. */
export const WHITE_BOXES = {
  ...finished({}, { score: 0.1, limit: 100 }),
  resize: { kind: "fit", width: 64, height: 64, rounding: "half-up", factor: "per-side" },
  pad: { kind: "fixed", width: 64, height: 64, value: 0 },
} as const;

/** Minimum side of a white rectangle that the model notices, in input pixels. */
const MIN_SIDE = 4;

/** Graph that finds the white rectangles of its input, as a network would: from the tensor alone. */
export class WhiteBoxSession implements Session {
  readonly engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  readonly inputs = [];
  readonly outputs = [];
  runs = 0;
  /** Option `keepsPixels` of each run. */
  readonly keepsPixels: (boolean | undefined)[] = [];

  run(feeds: Feeds, options?: RunOptions): Promise<Record<string, Tensor>> {
    this.runs++;
    this.keepsPixels.push(options?.keepsPixels);
    const { data } = feeds["image"]!;
    const rows = whiteBoxes((x, y) => Number(data[y * 64 + x]) > 0, 64);
    const tensor = (values: readonly number[], shape: readonly number[]): Tensor => ({
      data: Float32Array.from(values),
      shape,
    });
    return Promise.resolve({
      boxes: tensor(rows.flat(), [rows.length, 4]),
      scores: tensor(rows.map(() => 0.9), [rows.length]),
      labels: tensor(rows.map(() => 0), [rows.length]),
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Returns the bounding boxes of connected white pixels. */
function whiteBoxes(isWhite: (x: number, y: number) => boolean, side: number): number[][] {
  const seen = new Set<number>();
  const boxes: number[][] = [];
  for (let start = 0; start < side * side; start++) {
    if (seen.has(start) || !isWhite(start % side, Math.floor(start / side))) continue;
    const box = [side, side, 0, 0];
    const todo = [start];
    seen.add(start);
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      const [x, y] = [at % side, Math.floor(at / side)];
      box[0] = Math.min(box[0]!, x);
      box[1] = Math.min(box[1]!, y);
      box[2] = Math.max(box[2]!, x + 1);
      box[3] = Math.max(box[3]!, y + 1);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
        const [nx, ny] = [x + dx, y + dy];
        const next = ny * side + nx;
        const isInside = nx >= 0 && ny >= 0 && nx < side && ny < side;
        if (!isInside || seen.has(next) || !isWhite(nx, ny)) continue;
        seen.add(next);
        todo.push(next);
      }
    }
    if (Math.min(box[2]! - box[0]!, box[3]! - box[1]!) >= MIN_SIDE) boxes.push(box);
  }
  return boxes;
}

/** Returns a detector of white rectangles, and its session. */
export function whiteBoxDetector(
  limits: ImageLimits = DEFAULT_IMAGE_LIMITS,
  runtime: Partial<Runtime> = {},
): { detector: Detector; session: WhiteBoxSession } {
  const session = new WhiteBoxSession();
  const base = memoryRuntime({ manifest: WHITE_BOXES, graph: new Uint8Array(), session });
  const loaded = { manifest: WHITE_BOXES, session };
  return { detector: detectorOf({ ...base, ...runtime }, loaded, limits), session };
}

/** Rectangle of an image: left, top, width and height. */
export type Rectangle = readonly [left: number, top: number, width: number, height: number];

/** Returns a black image with white rectangles. */
export function rectangles(
  width: number,
  height: number,
  white: readonly Rectangle[],
): RawImage {
  const data = new Uint8Array(width * height * 3);
  for (const [left, top, w, h] of white) {
    for (let y = top; y < top + h; y++) {
      data.fill(255, (y * width + left) * 3, (y * width + left + w) * 3);
    }
  }
  return { data, width, height };
}
