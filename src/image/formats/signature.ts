/**
 * Returns true if a file begins with a signature.
 *
 * @param bytes Bytes of the file. If the file is shorter than the signature, the result is false.
 * @param signature Signature, one character per byte. The code of a character, 0 to 255, is the
 *   byte. `?` stands for any byte.
 *
 * @example
 * ```ts
 * import { hasSignature } from "./signature.ts";
 *
 * const bytes = Uint8Array.of(0x42, 0x4d, 0x9a);
 * if (!hasSignature(bytes, "BM?")) throw new Error("any third byte matches");
 * ```
 */
export function hasSignature(bytes: Uint8Array, signature: string): boolean {
  if (bytes.length < signature.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (signature[i] !== "?" && signature.charCodeAt(i) !== bytes[i]) return false;
  }
  return true;
}
