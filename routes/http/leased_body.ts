import type { ByteLease } from "./byte_budget.ts";

/** Bytes that are handed to the connection at a time. */
const STEP = 64 * 1024;

/**
 * Returns a response body that counts its bytes in the memory budget until the client has read
 * them, or is gone. A client that reads slowly thus uses up its own share of the budget.
 *
 * @param lease Empty lease of the client. Disposed at the end of the body.
 * @param signal Aborted when the client is gone.
 * @throws {DomainError} `busy` if the client may not take so many bytes now.
 */
export function leasedBody(
  bytes: Uint8Array,
  lease: ByteLease,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  lease.take(bytes.length);
  const release = () => {
    signal.removeEventListener("abort", release);
    lease[Symbol.dispose]();
  };
  signal.addEventListener("abort", release);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) {
        release();
        return controller.close();
      }
      controller.enqueue(bytes.subarray(at, at + STEP));
      at += STEP;
    },
    cancel: release,
  }, { highWaterMark: 0 });
}
