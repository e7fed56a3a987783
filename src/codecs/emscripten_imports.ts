/** Bytes of a page of wasm memory. */
const PAGE_BYTES = 65_536;

/** Function that a wasm module of Emscripten imports. */
export type ImportFunction = (...args: number[]) => number;

/** Ends the decoder, because its C++ code has called `abort()` or a similar function. */
export function giveUp(): never {
  throw new Error("The decoder gave up");
}

/** Copies bytes within the memory of a module. Returns 0, which Emscripten ignores. */
export function copyBytes(
  memory: WebAssembly.Memory,
  to: number,
  from: number,
  length: number,
): number {
  new Uint8Array(memory.buffer).copyWithin(to, from, from + length);
  return 0;
}

/**
 * Grows the memory of a module.
 *
 * @param size Requested size of the whole memory in bytes, as a signed 32-bit integer.
 * @param maxMemory Maximum bytes of the memory.
 * @returns 1 if the memory has grown, otherwise 0. After 0, `malloc` in the module fails.
 */
export function growMemory(memory: WebAssembly.Memory, size: number, maxMemory: number): number {
  const wanted = size >>> 0;
  if (wanted > maxMemory) return 0;
  try {
    memory.grow(Math.ceil((wanted - memory.buffer.byteLength) / PAGE_BYTES));
    return 1;
  } catch {
    return 0;
  }
}
