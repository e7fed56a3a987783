import type { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { type AppDeps, createApp } from "../../routes/app.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { RawImage } from "../../src/image/raw_image.ts";
import type { DetectOptions, Detector } from "../../src/ports/detector.ts";
import type { ApiKey } from "../../routes/guards/api_keys.ts";
import { newKey } from "../../src/commands/key.ts";

/** Arguments of one call of the detector. */
export interface Seen {
  readonly bytes: Uint8Array | RawImage;
  readonly options: DetectOptions | undefined;
}

/** Creates an app with a real registry, and a detector that finds nothing without delay. */
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
  return await appOf(detector, deps);
}

/** Creates an app with a real registry, which serves everyday8 with the given detector. */
export async function appOf(detector: Detector, deps?: Partial<AppDeps>): Promise<Hono<AppEnv>> {
  const everyday8 = parseManifest(manifest);
  const registry = new ModelRegistry({
    manifests: [everyday8],
    atStart: [everyday8.id],
    load: () => Promise.resolve(detector),
  });
  await registry.started;
  return createApp({ registry, maxBytes: 1000, log: () => {}, ...deps });
}

/** Builds a `POST` of a body. */
export function post(body: BodyInit, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body, headers };
}

/** Builds a `POST` of a value as JSON. */
export function postJson(value: unknown): RequestInit {
  return post(JSON.stringify(value), { "content-type": "application/json" });
}

/** Reads the status and the code of a problem. */
export async function problemOf(response: Response | Promise<Response>): Promise<[number, string]> {
  const answer = await response;
  const { code } = await answer.json();
  return [answer.status, code];
}

/** Creates an API key, and the entry that makes the app accept it. */
export async function newApiKey(name: string): Promise<{ key: string; accepted: ApiKey }> {
  const { key, entry } = await newKey(name);
  return { key, accepted: { name, sha256: entry.slice(name.length + 1) } };
}
