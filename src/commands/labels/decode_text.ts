/**
 * Decodes the bytes of a text file: UTF-8, or UTF-16 with or without a byte order mark.
 *
 * @throws {TypeError} If the bytes are not valid text. The message completes the text "Cannot use
 *   FILE as …".
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // The statement below throws the error.
  }
  throw new TypeError("it is no text in UTF-8 or UTF-16: save it as UTF-8");
}

/**
 * Detects the encoding by the byte order mark. Without a byte order mark, looks for bytes that are
 * 0, because every second byte of Latin text in UTF-16 is 0.
 */
function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  const start = bytes.subarray(0, 4096);
  const zeros = (parity: 0 | 1) => start.filter((byte, i) => byte === 0 && i % 2 === parity).length;
  const [even, odd] = [zeros(0), zeros(1)];
  if (bytes.length % 2 === 0 && Math.max(even, odd) > start.length / 8) {
    if (even === 0) return "utf-16le";
    if (odd === 0) return "utf-16be";
  }
  return "utf-8";
}
