import type { Buffer } from "node:buffer";

/**
 * Maximum bytes to pass to the HTTP parser in one call. This limit does not apply to bodies with a
 * `Content-Length`.
 */
export const MAX_PART = 16_384;

/**
 * Returns the number of bytes to pass to the HTTP parser in one call. Cuts after the first empty
 * line, if `bytes` contains an empty line.
 *
 * A request header and a chunked body end with an empty line, and a second request can only start
 * after it. The passed bytes therefore never contain the start of a second request. For bodies with a `Content-Length`, the caller does
 * not need this function, because the header declares the number of bytes to pass. An empty line
 * inside a chunked body does no harm, because the next call passes the remaining bytes.
 *
 * @param least Minimum number of bytes to pass, if `bytes` is long enough. An earlier empty line is
 *   ignored.
 * @param maxPart Maximum number of bytes to pass.
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
