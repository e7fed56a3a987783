import type { Hono } from "hono";
import manifest from "../../../models/everyday8.json" with { type: "json" };
import type { AppDeps } from "../../../routes/app.ts";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { BusyError, DomainError } from "../../../src/core/domain_error.ts";
import { modelInfo } from "../../../src/detect/model_info.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import type { DetectCall, DetectOptions, Detector } from "../../../src/ports/detector.ts";
import { appOf } from "../quick_app.ts";

/** Call of the detector: the image as a text, its options, and the settings of the call. */
export interface Seen {
  readonly text: string;
  readonly options: DetectOptions | undefined;
  readonly call: DetectCall | undefined;
}

/**
 * Creates an app whose detector takes texts for images, and stores each call in `seen`. The width
 * of an image is the length of its text. The image "bad" is refused, "busy" finds the queue full
 * twice, and "last" waits for `release`.
 */
export async function batchApp(
  seen?: Seen[],
  deps?: Partial<AppDeps>,
  release?: Promise<void>,
): Promise<Hono<AppEnv>> {
  const calls = seen ?? [];
  const model = parseManifest(manifest);
  const engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  const timing = { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 };
  const detector: Detector = {
    model: modelInfo(model),
    engine,
    async detect(image, options, call) {
      const text = new TextDecoder().decode(image as Uint8Array);
      calls.push({ text, options, call });
      if (text === "bad") throw new DomainError("corrupt-image", "It is bad");
      const tries = calls.filter((each) => each.text === "busy").length;
      if (text === "busy" && tries < 3) throw new BusyError("The queue is full", 1);
      if (text === "last") await release;
      const size = { width: text.length, height: 1 };
      return { model: model.id, image: size, detections: [], engine, timing };
    },
    close: () => Promise.resolve(),
  };
  return await appOf(detector, deps);
}

/** Builds a form with texts for images. */
export function form(...images: readonly string[]): FormData {
  const data = new FormData();
  for (const image of images) data.append("image", new File([image], `${image.slice(0, 20)}.jpg`));
  return data;
}

/** Result of an image of several. */
export interface Line {
  readonly index: number;
  readonly name?: string;
  readonly image?: { readonly width: number };
  readonly error?: { readonly code: string; readonly status: number; readonly detail: string };
}

/** Shortens a result to its index, its name, and its width or the code of its problem. */
export function short({ index, name, image, error }: Line): unknown[] {
  return [index, name, image?.width ?? error?.code];
}
