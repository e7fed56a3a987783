/**
 * Computes the SHA-256 of bytes.
 *
 * The function uses Web Crypto. Web pages that are served over plain HTTP have no `crypto.subtle`.
 * In these pages, the function uses a JavaScript library.
 *
 * @returns 64 hexadecimal digits, lower case.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await digest(bytes);
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle !== undefined) {
    return new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  }
  const library = await import("@noble/hashes/sha2.js");
  return library.sha256(bytes);
}
