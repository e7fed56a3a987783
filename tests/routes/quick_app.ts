import type { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { type AppDeps, createApp } from "../../routes/app.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { RawImage } from "../../src/image/raw_image.ts";
import type { DetectOptions, Detector } from "../../src/ports/detector.ts";

/** What the detector was given. */
export interface Seen {
  readonly bytes: Uint8Array | RawImage;
  readonly options: DetectOptions | undefined;
}

/** The app before a detector that finds nothing at once, behind a real registry. */
export async function quickApp(
  deps?: Partial<AppDeps>,
  seen?: Seen[],
): Promise<Hono<AppEnv>> {
  const everyday8 = parseManifest(manifest);
  const engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  const detector: Detector = {
    model: modelInfo(everyday8),
    engine,
    detect(bytes, options) {
      seen?.push({ bytes, options });
      const timing = { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 };
      const image = { width: 1, height: 1 };
      return Promise.resolve({ model: everyday8.id, image, detections: [], engine, timing });
    },
    close: () => Promise.resolve(),
  };
  const registry = new ModelRegistry({
    manifests: [everyday8],
    atStart: [everyday8.id],
    load: () => Promise.resolve(detector),
  });
  await registry.started;
  return createApp({ registry, maxBytes: 1000, log: () => {}, ...deps });
}

/** `POST /detect` of a body. */
export function post(body: BodyInit, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body, headers };
}

/** `POST /detect` of a value as JSON. */
export function postJson(value: unknown): RequestInit {
  return post(JSON.stringify(value), { "content-type": "application/json" });
}

/** Status and code of a problem. */
export async function problemOf(response: Response | Promise<Response>): Promise<[number, string]> {
  const answer = await response;
  const { code } = await answer.json();
  return [answer.status, code];
}
