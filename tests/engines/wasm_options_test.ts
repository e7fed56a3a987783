import { assertEquals } from "@std/assert";
import { wasmOptions } from "../../src/engines/wasm_options.ts";

const MB = 1e6;

/** Bytes of a graph with the name of an operator at an offset. */
function graph(bytes: number, operator = "Conv", at = 0): Uint8Array {
  const content = new Uint8Array(bytes).fill("Q".charCodeAt(0));
  content.set(new TextEncoder().encode(operator), at);
  return content;
}

const GRAPHS: [name: string, graph: Uint8Array, level: "all" | "basic"][] = [
  ["a small graph", graph(10 * MB), "basic"],
  ["a graph of exactly 32 MB", graph(32 * MB), "basic"],
  ["a larger graph", graph(32 * MB + 1), "all"],
  ["a quantised graph", graph(100, "QuantizeLinear", 50), "all"],
  ["a graph that only dequantises", graph(100, "DequantizeLinear", 50), "basic"],
  ["a graph that ends with the operator", graph(100, "QuantizeLinear", 86), "all"],
  ["a graph that ends within the operator", graph(100, "QuantizeLinea", 87), "basic"],
  ["an empty graph", new Uint8Array(), "basic"],
];

for (const [name, bytes, level] of GRAPHS) {
  Deno.test(`wasmOptions() chooses the level ${level} for ${name}`, () => {
    const weights = { file: "weights.bin", bytes: new Uint8Array(4) };
    assertEquals(wasmOptions(bytes, [weights]), {
      executionProviders: ["wasm"],
      graphOptimizationLevel: level,
      externalData: [{ path: weights.file, data: weights.bytes }],
    });
  });
}
