import { createApp } from "../../../routes/app.ts";
import { createDetector } from "../../detect/detector.ts";
import { appSettings, imageLimits } from "../../server/app_settings.ts";
import { readConfig } from "../../server/config.ts";
import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";
import { readManifests } from "../../server/read_manifests.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import { ModelRegistry } from "../../serving/model_registry.ts";
import type { Fetcher } from "../../stores/http.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { answerThenDrain } from "./drain_body.ts";
import { WORKERD_LIMITS } from "./limits.ts";
import { MeteredApp } from "./metered_app.ts";
import type { MemoryMeter } from "./metering/memory_meter.ts";
import { meteredRuntime } from "./metering/metered_runtime.ts";
import { workerdRuntime } from "./runtime.ts";

/** Bindings and variables of `wrangler.toml`. */
export interface WorkerEnvironment {
  /** Static assets: the folder `models/`. */
  readonly ASSETS: Fetcher;
  /** R2 bucket with the models. Unset: they come from the static assets. */
  readonly MODELS_BUCKET?: ModelBucket | undefined;
  /** Variables and secrets, by the names of docs/configuration.md. */
  readonly [variable: string]: unknown;
}

/** Default export that Cloudflare Workers expects. */
export interface CloudflareWorker {
  /** Answers a request. */
  fetch(
    request: Request,
    environment: WorkerEnvironment,
    context: {
      /** Keeps the isolate running until a promise settles. */
      waitUntil(promise: Promise<unknown>): void;
    },
  ): Promise<Response>;
}

/** Default settings. A body is held up to three times: as chunks, joined, and in the decoder. */
const DEFAULTS = {
  MAX_BYTES: String(WORKERD_LIMITS.maxBytes),
  BODY_MEMORY: String(2 * WORKERD_LIMITS.maxBytes),
};

/** Maximum images that wait for their turn if `QUEUE` is unset. `BODY_MEMORY` bounds their bytes. */
const MAX_QUEUE = 16;

/** App of this isolate, opened by the first request and kept for later ones. */
let app: LazyApp | MeteredApp | undefined;

/**
 * Entry for Cloudflare Workers.
 *
 * The models load with the first request, because the platform allows no I/O before one. Image
 * requests wait for them. A failed load is retried.
 */
const worker: CloudflareWorker = {
  fetch(request, environment, context) {
    app ??= environment.DEBUG_MEMORY === "true"
      ? new MeteredApp((meter) => openApp(environment, meter))
      : new LazyApp(() => openApp(environment));
    // Otherwise the load would end with its request, if the client goes away.
    context.waitUntil(app.start());
    const opened = app;
    return answerThenDrain(request, (undrained) => opened.fetch(undrained));
  },
};

export default worker;

async function openApp(environment: WorkerEnvironment, meter?: MemoryMeter): Promise<ServedApp> {
  const { ASSETS, MODELS_BUCKET } = environment;
  const config = readConfig({ ...DEFAULTS, ...textsOf(environment) });
  const plain = workerdRuntime(
    MODELS_BUCKET === undefined ? { assets: ASSETS } : { bucket: MODELS_BUCKET },
  );
  const runtime = meter === undefined ? plain : meteredRuntime(plain, meter);
  const served = await readManifests(
    runtime.models,
    config.MODELS,
    (message) => console.error(message),
  );
  const limits = imageLimits(config);
  const registry = new ModelRegistry({
    ...served,
    // One image at a time: each holds pixels and tensors of an isolate that has 128 MB.
    load: (id) =>
      DetectorPool.open({
        size: 1,
        queue: config.QUEUE ?? MAX_QUEUE,
        start: () => createDetector(runtime, { model: served.storeKeyOf(id), limits }),
      }),
  });
  const app = createApp({
    ...appSettings(config, "json"),
    registry,
    clientAddress: (context) => context.req.header("cf-connecting-ip"),
  });
  return { app, registry };
}

/** Returns the text variables of the environment, without objects such as buckets and assets. */
function textsOf(environment: WorkerEnvironment): Record<string, string> {
  const texts = Object.entries(environment).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return Object.fromEntries(texts);
}
