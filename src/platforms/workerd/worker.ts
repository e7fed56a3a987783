import { createApp } from "../../../routes/app.ts";
import { runCounter } from "../../detect/count_runs.ts";
import { createDetector } from "../../detect/detector.ts";
import { appSettings } from "../../server/app_settings.ts";
import { imageLimits } from "../../server/image_limits.ts";
import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";
import { readManifests } from "../../server/read_manifests.ts";
import { DetectorPool } from "../../serving/detector_pool.ts";
import { ModelRegistry } from "../../serving/model_registry.ts";
import type { Fetcher } from "../../stores/http.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { answerThenDrain } from "./drain_body.ts";
import { HAS_ROOM_BESIDE } from "./limits.ts";
import { MeteredApp } from "./metered_app.ts";
import type { MemoryMeter } from "./metering/memory_meter.ts";
import { meteredRuntime } from "./metering/metered_runtime.ts";
import { workerdRuntime } from "./runtime.ts";
import { workerConfig } from "./worker_config.ts";

/**
 * Bindings and variables that wrangler.toml, the configuration of the Cloudflare Worker, defines.
 */
export interface WorkerEnvironment {
  /** Static assets, which contain the files of the folder `models/`. */
  readonly ASSETS: Fetcher;
  /** R2 bucket that contains the models. Unset: the models are read from the static assets. */
  readonly MODELS_BUCKET?: ModelBucket | undefined;
  /** Variables and secrets of the Cloudflare Worker: the settings in docs/configuration.md. */
  readonly [variable: string]: unknown;
}

/** Type of the default export that Cloudflare Workers expects. */
export interface CloudflareWorker {
  /** Answers a request. */
  fetch(
    request: Request,
    environment: WorkerEnvironment,
    context: {
      /** Keeps this Cloudflare Worker running until a promise settles. */
      waitUntil(promise: Promise<unknown>): void;
    },
  ): Promise<Response>;
}

/**
 * Maximum number of images in the queue if the setting `QUEUE` is unset. The setting `BODY_MEMORY`
 * limits the total bytes of these images.
 */
const MAX_QUEUE = 16;

/**
 * App that answers all requests of this isolate (V8 instance). Undefined before the first request.
 */
let app: LazyApp | MeteredApp | undefined;

/**
 * Entry for Cloudflare Workers.
 *
 * The models are loaded at the first request, because Cloudflare Workers allow I/O only during
 * requests. Requests with images wait until the models are loaded. If a model fails to load, a
 * later request loads it again.
 */
const worker: CloudflareWorker = {
  fetch(request, environment, context) {
    app ??= environment.DEBUG_MEMORY === "true"
      ? new MeteredApp((meter) => openApp(environment, meter))
      : new LazyApp(() => openApp(environment));
    // Cloudflare stops the work for a request when its client disconnects. waitUntil() makes
    // Cloudflare wait until the models have loaded.
    context.waitUntil(app.start());
    const opened = app;
    return answerThenDrain(request, (undrained) => opened.fetch(undrained));
  },
};

export default worker;

async function openApp(environment: WorkerEnvironment, meter?: MemoryMeter): Promise<ServedApp> {
  const { ASSETS, MODELS_BUCKET } = environment;
  const config = workerConfig(environment);
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
    load: (id) => {
      const manifest = served.manifests.find((each) => each.id === id);
      return DetectorPool.open({
        size: 1,
        queue: config.QUEUE ?? MAX_QUEUE,
        countRuns: manifest && runCounter(manifest, limits),
        hasRoomBeside: HAS_ROOM_BESIDE,
        start: () => createDetector(runtime, { model: served.storeKeyOf(id), limits }),
      });
    },
  });
  const app = createApp({
    ...appSettings(config, "json"),
    registry,
    clientAddress: (context) => context.req.header("cf-connecting-ip"),
  });
  return { app, registry };
}
