import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Runtime } from "../../ports/runtime.ts";
import { folderModelStore } from "../../stores/folder.ts";
import { nativeEngine } from "../../engines/native.ts";
import { openEngine } from "../../engines/open_engine.ts";
import { type CodecModules, imageCodec } from "../../codecs/image_codec.ts";
import { wasmEngine } from "../../engines/wasm.ts";
import { webgpuEngine } from "../../engines/webgpu.ts";

/** What a person may decide about the runtime. */
export interface HostRuntimeOptions {
  /** Most CPU threads per session; the number of cores where absent. */
  readonly threads?: number;
  /** URL of the folder of the models, with a slash at its end; the project's own where absent. */
  readonly models?: URL;
}

/** Deno, Node or Bun on a machine of its own: files, every engine, threads. */
export async function hostRuntime(options: HostRuntimeOptions = {}): Promise<Runtime> {
  const threads = options.threads ?? availableParallelism();
  const engines = [
    webgpuEngine(),
    nativeEngine(threads),
    ...(threads > 1 ? [wasmEngine(threads)] : []),
    wasmEngine(1),
  ];
  return {
    capabilities: {
      providers: ["webgpu", "native", "wasm"],
      threads,
      maxPixels: Infinity,
      maxDecodedBytes: Infinity,
      maxModelBytes: Infinity,
    },
    codec: imageCodec(await compileCodecs()),
    models: folderModelStore(options.models ?? new URL("../../../models/", import.meta.url)),
    openSession: (graph, engine) => openEngine(engines, engine, graph),
  };
}

/** The addresses are written out, since the registry of Deno rewrites them as it publishes. */
async function compileCodecs(): Promise<CodecModules> {
  const jpegFile = import.meta.resolve("imagescript/wasm/any/jpeg.wasm");
  if (!jpegFile.startsWith("file:")) return await import("./source_modules.js");
  const [jpeg, png, gif, webp, avif] = await Promise.all([
    compile(jpegFile),
    compile(import.meta.resolve("imagescript/wasm/any/png.wasm")),
    compile(import.meta.resolve("imagescript/wasm/any/gif.wasm")),
    compile(import.meta.resolve("icodec/webp-dec.wasm")),
    compile(import.meta.resolve("icodec/avif-dec.wasm")),
  ]);
  return { jpeg, png, gif, webp, avif };
}

async function compile(file: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(new Uint8Array(await readFile(new URL(file))));
}
