import type { Hono } from "hono";
import { createApp as appOf } from "../../routes/app.ts";
import type { AppEnv } from "../../routes/http/app_env.ts";
import type { AppOptions } from "../../routes/app_options.ts";
import { ModelRegistry } from "../serving/model_registry.ts";
import { type EmbeddedDetector, partsOf } from "./detector.ts";

/** What an app is made of that serves one detector; all but the detector may be left out. */
export interface EmbeddedAppOptions extends Partial<AppOptions> {
  /** The detector; it stays the caller's to close. */
  readonly detector: EmbeddedDetector;
}

/**
 * The HTTP side of a detector: `POST /detect` and what else the server answers, as a Hono app to be
 * served as it is or mounted under another.
 */
export function createApp({ detector, ...settings }: EmbeddedAppOptions): Hono<AppEnv> {
  const { manifest, detector: inner, limits } = partsOf(detector);
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: [manifest.id],
    loaded: new Map([[manifest.id, inner]]),
    load: () => Promise.reject(new Error("There is one model, and it is loaded")),
  });
  return appOf({
    ...settings,
    maxBytes: settings.maxBytes ?? limits.maxBytes,
    log: settings.log ?? ((error, requestId) => console.error(requestId, error)),
    registry,
  });
}
