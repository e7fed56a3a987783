import { assertEquals } from "@std/assert";
import { withVendored } from "../../packaging/vendor.ts";

/** Compiled line of a module, the path of the module, and the line in the package. */
const CASES = [
  [
    `import ort from "onnxruntime-web";`,
    "src/engines/wasm.js",
    `import ort from "../../vendor/onnxruntime-web/ort.node.min.mjs";`,
  ],
  [
    `const ort = await import("onnxruntime-web/webgpu");`,
    "src/engines/webgpu.js",
    `const ort = await import("../../vendor/onnxruntime-web/ort.webgpu.bundle.min.mjs");`,
  ],
  // A bundler must not find the wasm file in the module for pages.
  [
    `const ort = await import("onnxruntime-web/webgpu");`,
    "src/platforms/browser/engines.js",
    `const ort = await import("../../../vendor/onnxruntime-web/ort.webgpu.min.mjs");`,
  ],
  [
    `import source webp from "icodec/webp-dec.wasm";`,
    "a.js",
    `import source webp from "./vendor/icodec/webp-dec.wasm";`,
  ],
  [
    `const file = import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");`,
    "src/a.js",
    `const file = new URL("../vendor/onnxruntime-web/ort-wasm-simd-threaded.wasm", import.meta.url).href;`,
  ],
  // Other packages, relative paths and texts stay.
  [`import { z } from "zod";`, "a.js", `import { z } from "zod";`],
  [`import "./icodec/a.js";`, "a.js", `import "./icodec/a.js";`],
  [`throw new Error("from onnxruntime-web");`, "a.js", `throw new Error("from onnxruntime-web");`],
] as const;

for (const [line, path, expected] of CASES) {
  Deno.test(`withVendored() turns ${line} of ${path} into its place in the package`, () => {
    assertEquals(withVendored(line, path), expected);
  });
}
