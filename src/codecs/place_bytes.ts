/** As much of a decoder's wasm as it takes to hand it a file. */
interface WasmMemory {
  readonly memory: WebAssembly.Memory;
  walloc(size: number): number;
}

/** Copies a file into a decoder's memory; returns where it lies. */
export function placeBytes(wasm: WasmMemory, bytes: Uint8Array): number {
  const start = wasm.walloc(bytes.length);
  new Uint8Array(wasm.memory.buffer, start, bytes.length).set(bytes);
  return start;
}
