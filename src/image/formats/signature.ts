/**
 * Returns true if bytes begin with a signature.
 *
 * @param bytes Any bytes; fewer bytes than the signature has never match.
 * @param signature One character per byte, by its code from 0 to 255; `?` stands for any byte.
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
