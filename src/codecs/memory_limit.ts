/** Maximum memory of a wasm instance in bytes. Pointers in wasm have 32 bits. */
const MAX_WASM_MEMORY = 2 ** 32 - 1;

/**
 * Returns the maximum bytes of memory that the wasm instance of a decoder may take for an image.
 *
 * @param fixed Bytes that every image takes, for example for the stack, constants and tables.
 * @param fileBytes Bytes for the encoded file and all copies of the file.
 * @param estimate Bytes for the pixels and their buffers, as estimated by `decodedBytes()`.
 */
export function memoryLimit(fixed: number, fileBytes: number, estimate: number): number {
  return Math.min(fixed + fileBytes + Math.ceil(estimate), MAX_WASM_MEMORY);
}
