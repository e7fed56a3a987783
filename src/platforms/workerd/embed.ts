import { hasMethods, type OptionRules } from "../../core/check_options.ts";
import { createApp as createPlainApp, type EmbeddedAppOptions } from "../../embed/app.ts";
import { checkEmbedOptions } from "../../embed/check_embed_options.ts";
import { type EmbeddedDetector, openEmbedded } from "../../embed/detector.ts";
import { fetchUrl } from "../../embed/fetch_url.ts";
import { embedLimits } from "../../embed/limits.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import type { Fetcher } from "../../stores/fetch_model_file.ts";
import { noModelStore } from "../../stores/none.ts";
import type { ModelBucket } from "../../stores/r2.ts";
import { bodyMemoryFor, HAS_ROOM_BESIDE, WORKERD_LIMITS } from "./limits.ts";
import { type WorkerdModels, workerdRuntime } from "./runtime.ts";

export * from "../../embed/api.ts";

/**
 * Creates an HTTP API for a detector in a Cloudflare Worker.
 *
 * The request bodies that are in memory at the same time take at most 20 MB, or twice `maxBytes`. To
 * change this limit, set the option `bodyMemory`. Kept candidates take at most 2 MB (`keepMemory`).
 */
export function createApp(options: EmbeddedAppOptions): ReturnType<typeof createPlainApp> {
  const given: Partial<EmbeddedAppOptions> = { ...options };
  const { maxBytes = WORKERD_LIMITS.maxBytes, keepMemory = WORKERD_LIMITS.keepMemory } = given;
  return createPlainApp({
    ...options,
    bodyMemory: given.bodyMemory ?? bodyMemoryFor(maxBytes),
    keepMemory,
  });
}

export type { Fetcher, ModelBucket };

/** Options of a detector in a Cloudflare Worker. */
export interface WorkerdEmbedOptions extends EmbedOptions {
  /**
   * Binding of static assets that contain the models: `ID.json` and the graph of each model. This
   * binding is needed if the option `model` is an id and `bucket` is unset.
   */
  readonly assets?: Fetcher | undefined;
  /**
   * Binding of an R2 bucket that contains the models. If `assets` and `bucket` are both set,
   * `assets` is ignored. Unset: the models are read from `assets`.
   */
  readonly bucket?: ModelBucket | undefined;
}

const RULES: OptionRules<Omit<WorkerdEmbedOptions, keyof EmbedOptions>> = {
  assets: {
    must: "a binding of static assets, with a method fetch()",
    accepts: (value) => hasMethods(value, "fetch"),
  },
  bucket: {
    must: "a binding of an R2 bucket, with a method get()",
    accepts: (value) => hasMethods(value, "get"),
  },
};

/**
 * Creates a detector inside a Cloudflare Worker.
 *
 * Call this function while your Worker handles a request, because Cloudflare Workers allow I/O only
 * during requests. Pass the returned promise to `context.waitUntil()`. The model then continues to
 * load even if the client closes the connection.
 *
 * @throws {DomainError} If the model is unknown, its manifest or graph is wrong, or no engine
 *   starts.
 * @throws `options.signal.reason`, if this signal is aborted.
 */
export async function createDetector(asked: WorkerdEmbedOptions): Promise<EmbeddedDetector> {
  const options = checkEmbedOptions(asked, RULES);
  options.signal?.throwIfAborted();
  const host = {
    runtime: workerdRuntime(modelsOf(options)),
    readFile: fetchUrl,
    hasRoomBeside: HAS_ROOM_BESIDE,
  };
  const limits = {
    ...embedLimits(options.limits),
    maxBytes: options.limits?.maxBytes ?? WORKERD_LIMITS.maxBytes,
  };
  return await openEmbedded(host, { ...options, limits });
}

/**
 * Returns the source of the models that are named by id: the bucket if it is set, otherwise the
 * assets. If bucket and assets are unset, the caller can still load a model by its URL or from
 * memory.
 */
function modelsOf({ assets, bucket }: WorkerdEmbedOptions): WorkerdModels {
  if (bucket !== undefined) return { bucket };
  if (assets !== undefined) return { assets };
  return { store: noModelStore("pass `assets` or `bucket`, or the model itself") };
}
