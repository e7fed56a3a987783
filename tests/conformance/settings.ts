/** A key that the servers know. */
export const KEY = "rne_conformance-suite-0123456789abcdefghijklmnop";

/** The most bytes and pixels of an image; the largest photo lies just below both. */
export const MAX_BYTES = 2_000_000;
/** The most pixels. */
export const MAX_PIXELS = 12_000_000;

/**
 * Settings of every server: one engine for all, so that answers can be equal, and a key, so that
 * its lack can be seen.
 */
export async function suiteSettings(): Promise<Record<string, string>> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(KEY));
  return {
    API_KEYS: `suite:${new Uint8Array(digest).toHex()}`,
    ENGINE: "wasm",
    THREADS: "1",
    LOG: "none",
    MAX_BYTES: String(MAX_BYTES),
    MAX_PIXELS: String(MAX_PIXELS),
  };
}
