import ort from "onnxruntime-web";
import type { ModuleOptions } from "./module_factory.js";

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65_536;

/** Maximum pages of the package's memory: 4 GiB. */
const MAX_PAGES = 65_536;

/** Sizes that the memory may start with, in pages: 2 GiB, 1 GiB, 512 MiB. */
const SIZES = [32_768, 16_384, 8192] as const;

/** Key of the global variable that holds the factory while the package starts. */
const FACTORY = "retinanet-edge.wasm-factory";

/**
 * Makes the next start of onnxruntime-web on this thread use shared memory that is large from the
 * start.
 *
 * The memory of the package starts at 16 MiB and grows. V8 without its trap handler, as in Deno,
 * checks each access against a size that a thread learns a moment after another thread has grown the
 * memory. A thread that uses new memory in that moment fails with "memory access out of bounds", and
 * the main thread waits for it forever (denoland/deno#35658). Memory that never grows avoids that.
 * It takes address space only: pages that are not used are not resident.
 *
 * The package has no option for the size. Therefore its factory is wrapped in another one, which the
 * package imports by URL; Emscripten's `instantiateWasm` gets the memory before any thread has it.
 *
 * @param compile Compiles the package's wasm file.
 * @returns Function that ends the preparation. Call it after the start.
 * @throws {Error} If the system refuses the smallest size.
 */
export async function prepareLargeMemory(
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
 * Returns the largest size in pages that the system grants. A smaller one is as good: the system
 * would refuse to grow it, too.
 */
function grantedPages(): number {
  for (const initial of SIZES) {
    try {
      new WebAssembly.Memory({ initial, maximum: MAX_PAGES, shared: true });
      return initial;
    } catch {
      // Tries the next size.
    }
  }
  throw new Error(`the system refuses ${megabytes(SIZES.at(-1)!)} of address space`);
}

/** Returns the memory that an instance imports. */
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
