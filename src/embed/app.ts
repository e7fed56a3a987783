import type { Hono } from "hono";
import { createApp as appOf } from "../../routes/app.ts";
import type { AppOptions } from "../../routes/app_options.ts";
import type { AppEnv } from "../../routes/http/app_env.ts";
import { checkOptions, numberFrom, type OptionRules } from "../core/check_options.ts";
import { ModelRegistry } from "../serving/model_registry.ts";
import { APP_RULES } from "./app_rules.ts";
import { boundedDetector } from "./bounded_detector.ts";
import { type EmbeddedDetector, partsOf } from "./detector.ts";

/** Options of the HTTP app. Every option may be unset. */
export type OptionalAppOptions = {
  readonly [Name in keyof AppOptions]?: AppOptions[Name] | undefined;
};

/** Options of {@linkcode createApp}. Every option except `detector` may be unset. */
export interface EmbeddedAppOptions extends OptionalAppOptions {
  /** Detector that processes the requests. The app never closes the detector: the caller does. */
  readonly detector: EmbeddedDetector;
  /**
   * Maximum number of images in progress. Further requests get the response 503 `busy`.
   *
   * @default 16
   */
  readonly maxCalls?: number | undefined;
}

const RULES: OptionRules<EmbeddedAppOptions> = {
  ...APP_RULES,
  detector: null,
  maxCalls: numberFrom(0),
};

/**
 * Creates an HTTP API for a detector. The API has `POST /detect` and the other routes of the
 * server.
 *
 * @returns A Hono app. The caller serves this app, or mounts it under a path of a larger app.
 * @throws {DomainError} `invalid-option`, if an option is not known or has a wrong value.
 */
export function createApp(options: EmbeddedAppOptions): Hono<AppEnv> {
  const { detector, maxCalls = 16, ...settings } = checkOptions(options, RULES, {
    action: "create an app",
  });
  const { manifest, detector: inner, limits } = partsOf(detector);
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: [manifest.id],
    loaded: new Map([[manifest.id, boundedDetector(inner, maxCalls)]]),
    load: () => Promise.reject(new Error("There is one model, and it is loaded")),
  });
  return appOf({
    ...settings,
    maxBytes: settings.maxBytes ?? limits.maxBytes,
    log: settings.log ?? ((error, requestId) => console.error(requestId, error)),
    registry,
  });
}
