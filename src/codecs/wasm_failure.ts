/**
 * Reads the reason that a decoder of our own left in its memory before a trap.
 *
 * @param start Offset of a text that ends with NUL; 0 if the decoder left none.
 * @returns Undefined if there is no reason: the decoder did not trap on purpose.
 */
export function failureText(memory: WebAssembly.Memory, start: number): string | undefined {
  if (start === 0) return undefined;
  const bytes = new Uint8Array(memory.buffer);
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
}
