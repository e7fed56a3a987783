import type { Fetcher } from "../../stores/fetch_model_file.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";
import { noModelStore } from "../../stores/none.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { WORKERD_LIMITS } from "./limits.ts";
import { type WorkerdModels, workerdRuntime } from "./runtime.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { type EmbeddedDetector, openEmbedded } from "../../embed/detector.ts";

export * from "../../embed/api.ts";
export type { Fetcher, ModelBucket };

/** What a detector is made of in Cloudflare Workers. */
export interface WorkerdEmbedOptions extends EmbedOptions {
  /** Binding of the static assets that hold `ID.json` and the graph, for a model named by its id. */
  readonly assets?: Fetcher;
  /** Binding of an R2 bucket that holds them instead. */
  readonly bucket?: ModelBucket;
}

/**
 * A detector inside somebody's Worker.
 *
 * Nothing is loaded before the first call, which belongs into a request, as the platform allows no
 * I/O before one; `context.waitUntil` keeps the loading alive where the client may go away.
 *
 * @throws {DomainError} If there is no such model; if its manifest, graph or engine does not do.
 * @throws The signal's reason, once it is aborted.
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

/** The bucket, or else the assets; models of addresses and in memory need neither. */
function modelsOf({ assets, bucket }: WorkerdEmbedOptions): WorkerdModels {
  if (bucket !== undefined) return { bucket };
  if (assets !== undefined) return { assets };
  return { store: noModelStore("pass `assets` or `bucket`, or the model itself") };
}
