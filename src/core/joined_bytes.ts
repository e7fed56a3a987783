/**
 * Joins pieces of bytes into one array.
 *
 * @example
 * ```ts
 * import { joinedBytes } from "./joined_bytes.ts";
 *
 * const bytes = joinedBytes([Uint8Array.of(1, 2), Uint8Array.of(), Uint8Array.of(3)]);
 * if (bytes.join() !== "1,2,3") throw new Error(bytes.join());
 * ```
 */
export function joinedBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
