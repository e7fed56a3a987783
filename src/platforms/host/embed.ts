import {
  type EmbeddedDetector,
  type EmbedSource,
  openEmbedded,
  openEmbeddedFrom,
} from "../../embed/detector.ts";
import { FLAG, oneOf, type OptionRules } from "../../core/check_options.ts";
import { checkEmbedOptions } from "../../embed/check_embed_options.ts";
import { THREADS } from "../../embed/option_rules.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { type CodecChoice, CODECS } from "../../ports/image_codec.ts";
import { VARIANT_CHOICES, type VariantChoice } from "../../ports/model_store.ts";
import { IMPORTED_WASM } from "./imported_wasm.ts";

export * from "../../embed/api.ts";

/** Options of a detector in Deno, Node or Bun. */
export interface HostEmbedOptions extends EmbedOptions {
  /** CPU threads that run the model. Unset: one thread per core. */
  readonly threads?: number | undefined;
  /**
   * Codec that decodes images. `auto`: libjpeg-turbo (on Deno) or sharp decodes JPEG files if the
   * native engine may run and both are installed; otherwise WebAssembly decodes all images.
   *
   * @default "auto"
   */
  readonly codec?: CodecChoice | undefined;
  /**
   * Choice between the graph of a model and its variants for single engines. `auto`: the native
   * engine runs `everyday8` in int8. `off`: every engine runs the graph itself.
   *
   * @default "auto"
   */
  readonly variants?: VariantChoice | undefined;
  /**
   * True to decode images and run the model in a worker process, so that the calling thread stays
   * responsive. Deno then needs the permission `--allow-run`.
   *
   * @default false
   */
  readonly worker?: boolean | undefined;
}

const RULES: OptionRules<Omit<HostEmbedOptions, keyof EmbedOptions>> = {
  threads: THREADS,
  codec: oneOf(CODECS),
  variants: oneOf(VARIANT_CHOICES),
  worker: FLAG,
};

/**
 * Creates a detector that runs inside a program of Deno, Node or Bun, without a server.
 *
 * The import of this module does not read files or start an engine. The first call of this function
 * reads the files and starts the engine. By default, images are decoded on the thread that calls
 * `detect()`, and this thread waits for the engine; see the option `worker`.
 *
 * @throws {DomainError} If the model is unknown, if its manifest or graph is wrong, or if no engine
 *   can run the graph.
 * @throws The reason of `signal`, if the signal is aborted.
 *
 * @example
 * ```ts
 * import { createDetector } from "./embed.ts";
 *
 * await using detector = await createDetector({ model: "everyday8", threads: 1 });
 * const pixels = { data: new Uint8Array(3 * 64 * 64).fill(255), width: 64, height: 64 };
 * const { detections } = await detector.detect(pixels, { scoreThreshold: 0.9 });
 * if (detections.length > 0) throw new Error("a white square has no objects");
 * ```
 */
export async function createDetector(asked: HostEmbedOptions): Promise<EmbeddedDetector> {
  const options = checkEmbedOptions(asked, RULES);
  options.signal?.throwIfAborted();
  return await (options.worker ? openInProcess(options) : openHere(options));
}

/**
 * Opens a detector on the calling thread. The engines are imported only now, and not when this
 * module is imported.
 */
async function openHere(options: HostEmbedOptions): Promise<EmbeddedDetector> {
  const { hostRuntime } = await import("./runtime.ts");
  const { readUrl } = await import("./read_url.ts");
  const { threads, engine = "auto", codec, variants } = options;
  const runtime = await hostRuntime({ threads, engine, codec, imported: IMPORTED_WASM });
  return await openEmbedded({ runtime, readFile: readUrl, variants }, options);
}

/** Opens a detector in a worker process. */
async function openInProcess(options: HostEmbedOptions): Promise<EmbeddedDetector> {
  const { startEmbedded } = await import("./start_embedded.ts");
  const { folderModelStore } = await import("../../stores/folder.ts");
  const { modelsFolder } = await import("./models_folder.ts");
  const { readUrl } = await import("./read_url.ts");
  const source: EmbedSource = {
    models: folderModelStore(modelsFolder()),
    readFile: readUrl,
    start: (models, wanted) => startEmbedded(models, wanted, options),
    variants: options.variants,
  };
  return await openEmbeddedFrom(source, options);
}
