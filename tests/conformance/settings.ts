/** API key that the servers accept. */
export const KEY = "rne_conformance-suite-0123456789abcdefghijklmnop";

/** Maximum bytes of an image; the largest photo has few less. */
export const MAX_BYTES = 2_000_000;
/** Maximum pixels of an image. */
export const MAX_PIXELS = 12_000_000;

/** Returns the settings of every server: one engine, so that answers are equal, and an API key. */
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
