/** Maximum memory of a wasm instance in bytes: its pointers have 32 bits. */
const MAX_WASM_MEMORY = 2 ** 32 - 1;

/**
 * Returns the maximum bytes of memory that the wasm instance of a decoder may take for an image.
 *
 * @param fixed Memory that every image takes: stack, constants and tables.
 * @param fileBytes Memory for the encoded file, with all copies of it.
 * @param estimate Memory of the pixels and their buffers, as `decodedBytes()` estimates it.
 */
export function memoryLimit(fixed: number, fileBytes: number, estimate: number): number {
  return Math.min(fixed + fileBytes + Math.ceil(estimate), MAX_WASM_MEMORY);
}
