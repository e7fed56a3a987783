import type { ImportedWasm } from "./runtime.ts";

/** Wasm files that Deno imports as modules. Deno reads them before it runs the program. */
export const IMPORTED_WASM: ImportedWasm = {
  codecs: () => import("./source_modules.js"),
  engine: async () => (await import("./source_engine.js")).engine,
};
