import { createApp } from "../../../routes/app.ts";
import { createDetector } from "../../detect/detector.ts";
import { ModelRegistry } from "../../serving/model_registry.ts";
import type { Fetcher } from "../../stores/http.ts";
import type { MemoryMeter } from "./metering/memory_meter.ts";
import { meteredRuntime } from "./metering/metered_runtime.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { WORKERD_LIMITS } from "./limits.ts";
import { workerdRuntime } from "./runtime.ts";
import { appSettings, imageLimits } from "../../server/app_settings.ts";
import { readConfig } from "../../server/config.ts";
import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";
import { MeteredWorker } from "./metered_app.ts";
import { readManifests } from "../../server/read_manifests.ts";

/** What `wrangler.toml` binds. */
interface Environment {
  /** The folder `models/`. */
  readonly ASSETS: Fetcher;
  /** Where the models lie instead, if it is bound. */
  readonly MODELS_BUCKET?: ModelBucket;
  /** Any other variable or secret, by the names of docs/configuration.md. */
  readonly [variable: string]: unknown;
}

/** A body is there up to three times: as it came, as one piece, and in the decoder. */
const SMALL_BODIES = {
  MAX_BYTES: String(WORKERD_LIMITS.maxBytes),
  BODY_MEMORY: String(2 * WORKERD_LIMITS.maxBytes),
};

/** What answers in this isolate; it outlives the request that made it. */
let isolate: LazyApp | MeteredWorker | undefined;

/**
 * The entry of Cloudflare Workers.
 *
 * The model loads within the first request, since the platform allows no I/O before one, and
 * outlives that request; whoever posts an image waits for it. A load that failed is tried anew.
 */
export default {
  /** Answers one request. */
  fetch(
    request: Request,
    environment: Environment,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    isolate ??= environment.DEBUG_MEMORY === "true"
      ? new MeteredWorker((meter) => openApp(environment, meter))
      : new LazyApp(() => openApp(environment));
    // Without this the load would end with its request, should that client go away.
    context.waitUntil(isolate.start());
    return isolate.fetch(request);
  },
};

async function openApp(environment: Environment, meter?: MemoryMeter): Promise<ServedApp> {
  const { ASSETS, MODELS_BUCKET } = environment;
  const config = readConfig({ ...SMALL_BODIES, ...textsOf(environment) });
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
    load: (id) => createDetector(runtime, { model: served.storeKeyOf(id), limits }),
  });
  const app = createApp({
    ...appSettings(config, "json"),
    registry,
    clientAddress: (context) => context.req.header("cf-connecting-ip"),
  });
  return { app, registry };
}

function textsOf(environment: Environment): Record<string, string> {
  const texts = Object.entries(environment).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return Object.fromEntries(texts);
}
