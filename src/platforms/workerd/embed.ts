import { createApp as createPlainApp, type EmbeddedAppOptions } from "../../embed/app.ts";
import { type EmbeddedDetector, openEmbedded } from "../../embed/detector.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import type { Fetcher } from "../../stores/fetch_model_file.ts";
import { noModelStore } from "../../stores/none.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { WORKERD_LIMITS } from "./limits.ts";
import { type WorkerdModels, workerdRuntime } from "./runtime.ts";

export * from "../../embed/api.ts";

/**
 * Creates an HTTP API for a detector in a Cloudflare Worker.
 *
 * The bodies of all requests together take at most 20 MB of the isolate, unless `bodyMemory` is set.
 */
export function createApp(options: EmbeddedAppOptions): ReturnType<typeof createPlainApp> {
  return createPlainApp({ bodyMemory: 2 * WORKERD_LIMITS.maxBytes, ...options });
}

export type { Fetcher, ModelBucket };

/** Options of a detector in Cloudflare Workers. */
export interface WorkerdEmbedOptions extends EmbedOptions {
  /** Binding of the static assets with `ID.json` and the graph, for a model that is named by id. */
  readonly assets?: Fetcher | undefined;
  /** Binding of an R2 bucket with these files. Overrides `assets`. */
  readonly bucket?: ModelBucket | undefined;
}

/**
 * Creates a detector inside a Cloudflare Worker.
 *
 * Call it while a request is handled, because Workers allow no I/O outside of requests. Pass the
 * promise to `context.waitUntil()`, so that loading continues if the client goes away.
 *
 * @throws {DomainError} If the model is unknown, or if its manifest, graph or engine fails.
 * @throws The signal's reason, if the signal is aborted.
 */
export async function createDetector(options: WorkerdEmbedOptions): Promise<EmbeddedDetector> {
  options.signal?.throwIfAborted();
  const host = { runtime: workerdRuntime(modelsOf(options)), readFile: fetchUrl };
  const limits = {
    ...options.limits,
    maxBytes: options.limits?.maxBytes ?? WORKERD_LIMITS.maxBytes,
  };
  return await openEmbedded(host, { ...options, limits });
}

/** Returns the bucket, or else the assets. Models by URL or in memory need neither. */
function modelsOf({ assets, bucket }: WorkerdEmbedOptions): WorkerdModels {
  if (bucket !== undefined) return { bucket };
  if (assets !== undefined) return { assets };
  return { store: noModelStore("pass `assets` or `bucket`, or the model itself") };
}
