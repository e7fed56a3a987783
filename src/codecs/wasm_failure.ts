/**
 * Reads an error message from the memory of a JPEG or PNG decoder. The decoder writes the message
 * before it stops with a trap.
 *
 * @param start Offset of the message, which ends with a NUL byte. 0 if there is no message.
 * @returns Undefined if there is no message: the decoder did not trap on purpose.
 */
export function failureText(memory: WebAssembly.Memory, start: number): string | undefined {
  if (start === 0) return undefined;
  const bytes = new Uint8Array(memory.buffer);
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
}
