import type { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import { createDetector } from "../detect/detector.ts";
import { DetectorSlot } from "../detect/detector_slot.ts";
import { DEFAULT_IMAGE_LIMITS } from "../detect/ingest.ts";
import type { Fetcher } from "../runtime/fetch_model_store.ts";
import { workerdRuntime } from "../runtime/workerd_runtime.ts";

/** What `wrangler.toml` binds. */
interface Environment {
  /** The folder `models/`. */
  readonly ASSETS: Fetcher;
  /** Id of the model. */
  readonly MODEL: string;
}

/** One isolate's app; it outlives the request that made it. */
interface Isolate {
  readonly app: Hono;
  readonly slot: DetectorSlot;
}

let isolate: Isolate | undefined;

/**
 * The entry of Cloudflare Workers.
 *
 * The model loads within the first request, since the platform allows no I/O before one, and
 * outlives that request; `/detect` waits for it. A load that failed is tried anew.
 */
export default {
  /** Answers one request. */
  async fetch(
    request: Request,
    environment: Environment,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    if (isolate === undefined || isolate.slot.state.status === "failed") {
      isolate = startIsolate(environment);
    }
    // Without this the load would end with its request, should that client go away.
    context.waitUntil(isolate.slot.settled);
    if (new URL(request.url).pathname === "/detect") await isolate.slot.settled;
    return await isolate.app.fetch(request);
  },
};

function startIsolate({ ASSETS, MODEL }: Environment): Isolate {
  const runtime = workerdRuntime(ASSETS);
  const slot = new DetectorSlot(MODEL, createDetector(runtime, { model: MODEL }));
  const app = createApp({
    slots: new Map([[slot.id, slot]]),
    maxBytes: DEFAULT_IMAGE_LIMITS.maxBytes,
    log: (error) => console.error(error),
  });
  return { app, slot };
}
