/**
 * Reads an error message from the memory of a JPEG or PNG decoder. The decoder writes the message
 * before it stops with a trap.
 *
 * @param start Offset of the message in `memory`. The message ends with a NUL byte. 0: there is no
 *   message.
 * @returns Error message, or undefined if the decoder wrote no message.
 */
export function failureText(memory: WebAssembly.Memory, start: number): string | undefined {
  if (start === 0) return undefined;
  const bytes = new Uint8Array(memory.buffer);
  return new TextDecoder().decode(bytes.subarray(start, bytes.indexOf(0, start)));
}
