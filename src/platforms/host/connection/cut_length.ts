import type { Buffer } from "node:buffer";

/** Maximum bytes that the HTTP parser gets at once. A body of known length has no such limit. */
export const MAX_PART = 16_384;

/**
 * Returns the length of the first part of `bytes` to pass to the HTTP parser. The part ends after
 * the first empty line, if there is one.
 *
 * The header of a request and a body in chunks both end with an empty line, so a part never holds
 * two requests. A part that ends too early is harmless: the parser gets the remaining bytes next.
 *
 * @param least Minimum length of the part, if there are so many bytes.
 * @param maxPart Maximum length of the part.
 */
export function cutLength(bytes: Buffer, least: number, maxPart: number = MAX_PART): number {
  const most = Math.min(bytes.length, maxPart);
  for (let at = bytes.indexOf(LF, least); at >= 0 && at < most;) {
    const next = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[next] === LF) return Math.min(next + 1, most);
    at = bytes.indexOf(LF, at + 1);
  }
  return most;
}

const LF = 0x0a;
const CR = 0x0d;
