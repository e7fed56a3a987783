import type { OrtWeb } from "./ort_web.ts";
import type { ModuleOptions } from "./module_factory.js";

/** Bytes per page of WebAssembly memory. */
const PAGE = 65_536;

/** Maximum pages of the WebAssembly memory of onnxruntime-web: 4 GiB. */
const MAX_PAGES = 65_536;

/** Initial sizes of the memory to try, in pages: 2 GiB, 1 GiB, 512 MiB. */
const SIZES = [32_768, 16_384, 8192] as const;

/**
 * Name of a global variable. While onnxruntime-web starts, the variable contains the factory: this
 * project's function that creates the WebAssembly instance of onnxruntime-web. The variable must be
 * global, because onnxruntime-web loads the factory from a data URL. See {@linkcode
 * prepareLargeMemory}.
 */
const FACTORY = "retinanet-edge.wasm-factory";

/**
 * Prepares the next start of onnxruntime-web on this JavaScript thread. The shared memory of
 * onnxruntime-web gets its final size before the CPU threads start, because growing the memory
 * later could hang the program.
 *
 * By default, the memory starts at 16 MiB and grows while the CPU threads run. Deno runs V8 without
 * V8's trap handler. Without a trap handler, each thread compares every memory access with its own
 * copy of the memory size. When one thread grows the memory, the copies in other threads are wrong
 * for a moment. A thread that uses the new pages in this moment fails with "memory access out of
 * bounds". The main thread then waits forever for the failed thread (denoland/deno#35658).
 *
 * Memory that never grows avoids the error. A large memory costs only address space, because the
 * operating system gives no RAM to unused pages.
 *
 * onnxruntime-web has no option for the size of its memory. The only related option of
 * onnxruntime-web is the URL of the factory, the JavaScript function that creates the WebAssembly
 * instance. `prepareLargeMemory()` sets this option to a factory that grows the memory first, then
 * creates the instance as usual.
 *
 * @param ort Exports of the package onnxruntime-web.
 * @param compile Compiles the wasm file of onnxruntime-web.
 * @returns Function that restores the options of onnxruntime-web. Call this function after the
 *   start.
 * @throws {Error} If the system refuses even the smallest size, 512 MiB.
 */
export async function prepareLargeMemory(
  ort: OrtWeb,
  compile: () => Promise<WebAssembly.Module>,
): Promise<() => void> {
  const pages = grantedPages();
  const module = await compile();
  const { createModule } = await import("./module_factory.js");
  const factory = (options: ModuleOptions) =>
    createModule({
      ...options,
      locateFile: undefined,
      instantiateWasm(imports, receive) {
        growTo(pages, memoryIn(imports));
        receive(new WebAssembly.Instance(module, imports), module);
      },
    });
  const globals = globalThis as unknown as Record<symbol, unknown>;
  const { wasmPaths } = ort.env.wasm;
  globals[Symbol.for(FACTORY)] = factory;
  ort.env.wasm.wasmPaths = {
    mjs: `data:text/javascript,export default globalThis[Symbol.for("${FACTORY}")]`,
  };
  return () => {
    delete globals[Symbol.for(FACTORY)];
    if (wasmPaths === undefined) delete ort.env.wasm.wasmPaths;
    else ort.env.wasm.wasmPaths = wasmPaths;
  };
}

/**
 * Returns the largest memory size of {@linkcode SIZES} that the operating system grants, in pages.
 * A smaller size loses nothing, because memory cannot grow to a size that the operating system
 * refuses.
 */
function grantedPages(): number {
  for (const initial of SIZES) {
    try {
      new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: true });
      return initial;
    } catch {
      // Refused: the loop tries the next size.
    }
  }
  throw new Error(`the system refuses ${megabytes(SIZES.at(-1)!)} of address space`);
}

/** Finds the memory among the imports of a WebAssembly instance. */
function memoryIn(imports: WebAssembly.Imports): WebAssembly.Memory {
  const values = Object.values(imports).flatMap((namespace) => Object.values(namespace));
  const memory = values.find((value) => value instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error("Cannot start onnxruntime-web: it imports no memory");
  return memory;
}

function growTo(pages: number, memory: WebAssembly.Memory): void {
  const missing = pages - memory.buffer.byteLength / PAGE;
  if (missing > 0) memory.grow(missing);
}

function megabytes(pages: number): string {
  return `${pages * PAGE / 2 ** 20} MiB`;
}
