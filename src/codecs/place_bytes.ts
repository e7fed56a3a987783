/** Exports of an imagescript decoder that copying a file into its memory needs. */
export interface WasmMemory {
  /** Memory of the decoder. */
  readonly memory: WebAssembly.Memory;
  /** Allocates memory and returns its start. */
  walloc(size: number): number;
}

/** Copies a file into the memory of an imagescript decoder and returns its start. */
export function placeBytes(wasm: WasmMemory, bytes: Uint8Array): number {
  const start = wasm.walloc(bytes.length);
  new Uint8Array(wasm.memory.buffer, start, bytes.length).set(bytes);
  return start;
}
