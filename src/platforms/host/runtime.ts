import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import process from "node:process";
import { type CodecModules, imageCodec } from "../../codecs/image_codec.ts";
import { isSharpInstalled, sharpJpegDecoder } from "../../codecs/sharp_jpeg.ts";
import { turboJpegDecoder } from "../../codecs/turbo_jpeg.ts";
import { isNativeInstalled, nativeEngine } from "../../engines/native.ts";
import { openEngine } from "../../engines/open_engine.ts";
import { wasmEngine } from "../../engines/wasm.ts";
import { webgpuEngine } from "../../engines/webgpu.ts";
import type { CodecChoice, NativeDecoder } from "../../ports/image_codec.ts";
import type { VariantChoice } from "../../ports/model_store.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Provider } from "../../ports/session.ts";
import { chosenVariants } from "../../stores/chosen_variants.ts";
import { folderModelStore } from "../../stores/folder.ts";
import { garbageCollector } from "./collect_garbage.ts";
import { modelsFolder } from "./models_folder.ts";
import { turboJpegLibrary } from "./turbo_jpeg_library.ts";

/** Wasm files as modules of the program. */
export interface ImportedWasm {
  /** Imports the decoders. */
  codecs(): Promise<CodecModules>;
  /** Imports onnxruntime-web. */
  engine(): Promise<WebAssembly.Module>;
}

/** Options of {@linkcode hostRuntime}. */
export interface HostRuntimeOptions {
  /** CPU threads per session (a graph loaded in an engine). Unset: one thread per core. */
  readonly threads?: number | undefined;
  /** URL of the models folder, with a slash at its end. Unset: `models` in this project. */
  readonly models?: URL | undefined;
  /**
   * Engine that will be requested. Its wasm file is compiled at once, while the graph is read. Unset:
   * the wasm file is compiled when a session opens.
   */
  readonly engine?: Provider | "auto" | undefined;
  /**
   * Codec that decodes images. `auto`: the native codec, if the native engine and a native library
   * are installed and `engine` is `native` or `auto`; otherwise WebAssembly.
   *
   * @default "auto"
   */
  readonly codec?: CodecChoice | undefined;
  /**
   * Choice between the graphs of the models and their variants for single engines.
   *
   * @default "auto"
   */
  readonly variants?: VariantChoice | undefined;
  /**
   * Wasm files of a program that may have none on disk: Deno has imported it over HTTPS, or without
   * a folder `node_modules`. Unset: the wasm files are on disk.
   */
  readonly imported?: ImportedWasm | undefined;
}

/**
 * Creates the runtime of Deno, Node and Bun. This runtime reads models from a folder, and supports
 * every engine and several CPU threads.
 */
export async function hostRuntime(options: HostRuntimeOptions = {}): Promise<Runtime> {
  const threads = options.threads ?? availableParallelism();
  const { imported } = options;
  const compiled = usesCompiledEngine(options.engine, threads)
    ? compileEngine(imported)
    : undefined;
  compiled?.catch(() => {}); // the engine reports the error
  const compile = () => compiled ?? compileEngine(imported);
  const engines = [
    webgpuEngine(),
    nativeEngine(threads),
    ...(threads > 1 ? [wasmEngine(threads, growsSafely() ? undefined : compile)] : []),
    wasmEngine(1),
  ];
  return {
    capabilities: {
      providers: isNativeInstalled() ? ["webgpu", "native", "wasm"] : ["webgpu", "wasm"],
      threads,
      maxPixels: Infinity,
      maxDecodedBytes: Infinity,
      maxModelBytes: Infinity,
    },
    codec: imageCodec(await codecModules(imported), {
      collectGarbage: garbageCollector(),
      native: nativeCodec(options),
    }),
    encoder: async (...drawing) => {
      const { imageEncoder } = await import("../../codecs/image_encoder.ts");
      return await imageEncoder(...drawing);
    },
    models: chosenVariants(folderModelStore(options.models ?? modelsFolder()), options.variants),
    openSession: (graph, engine) => openEngine(engines, engine, graph),
  };
}

/**
 * Returns true if shared WebAssembly memory can safely grow while threads use the memory.
 *
 * In V8, the JavaScript engine of Deno and Node, shared WebAssembly memory cannot grow safely. On
 * Deno and Node, `prepareLargeMemory()` makes growth unnecessary. Bun does not use V8, and cannot
 * import the data URL that `prepareLargeMemory()` needs.
 */
function growsSafely(): boolean {
  return "bun" in process.versions;
}

/**
 * Returns the native codec: libjpeg-turbo of this system, otherwise sharp. Returns undefined if
 * WebAssembly decodes all images. Many programs have sharp for other purposes, so `auto` takes a
 * native codec only together with the native engine.
 *
 * @throws {Error} If the native codec is requested and neither library is installed.
 */
function nativeCodec({ codec = "auto", engine }: HostRuntimeOptions): NativeDecoder | undefined {
  if (codec === "wasm" || codec === "auto" && !usesNativeEngine(engine)) return undefined;
  const turboJpeg = turboJpegLibrary();
  if (turboJpeg !== undefined) return turboJpegDecoder(turboJpeg);
  return codec === "native" || isSharpInstalled() ? sharpJpegDecoder() : undefined;
}

function usesNativeEngine(engine: Provider | "auto" | undefined): boolean {
  return (engine === "native" || engine === "auto") && isNativeInstalled();
}

/** Returns true if a requested engine most likely needs the compiled wasm of onnxruntime-web. */
function usesCompiledEngine(engine: Provider | "auto" | undefined, threads: number): boolean {
  if (threads === 1 || growsSafely()) return false;
  return engine === "wasm" || engine === "auto" && !isNativeInstalled();
}

/** Compiles the wasm file of onnxruntime-web. */
async function compileEngine(imported: ImportedWasm | undefined): Promise<WebAssembly.Module> {
  const file = import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  if (imported !== undefined && !file.startsWith("file:")) return await imported.engine();
  return await compile(file);
}

/**
 * Returns the decoders. Wasm files on disk are compiled for the first image of their format, because
 * compiling all of them takes time that the start of a server waits for. Each call of
 * `import.meta.resolve()` names its file in a literal string, because JSR cannot rewrite computed
 * names.
 */
async function codecModules(imported: ImportedWasm | undefined): Promise<CodecModules> {
  const jpegFile = new URL("../../codecs/jpeg.wasm", import.meta.url).href;
  const webpFile = import.meta.resolve("icodec/webp-dec.wasm");
  const areFiles = [jpegFile, webpFile].every((url) => url.startsWith("file:"));
  if (imported !== undefined && !areFiles) return await imported.codecs();
  return {
    jpeg: () => compileNow(jpegFile),
    png: () => compileNow(new URL("../../codecs/png.wasm", import.meta.url).href),
    webp: () => compileNow(webpFile),
    avif: () => compileNow(import.meta.resolve("icodec/avif-dec.wasm")),
    heic: heicModule(),
  };
}

/**
 * Returns a function that compiles the HEIC decoder. Returns undefined if the package libheif-js,
 * an optional dependency, is not installed.
 */
function heicModule(): (() => WebAssembly.Module) | undefined {
  const file = heicFile();
  return file && (() => compileNow(file.href));
}

function heicFile(): URL | undefined {
  try {
    const file = new URL(import.meta.resolve("libheif-js/libheif-wasm/libheif.wasm"));
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

function compileNow(file: string): WebAssembly.Module {
  return new WebAssembly.Module(new Uint8Array(readFileSync(new URL(file))));
}

async function compile(file: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(new Uint8Array(await readFile(new URL(file))));
}
