import { watchPace } from "./body_pace.ts";
import type { ByteLease } from "./byte_budget.ts";

/** Number of bytes that are passed to the connection at a time. */
const STEP = 64 * 1024;

/**
 * Returns a response body that keeps its bytes in the memory budget until the client has read them,
 * or has disconnected. A client that reads slowly thus uses up its own share of the budget. A
 * client that reads at less than the minimum speed of request bodies loses the rest of the
 * response.
 *
 * @param parts Bytes of the body. Each part is requested when the client has read the part before.
 * @param lease Part of the memory budget that the body takes. Returned to the budget at the end of
 *   the body.
 * @param signal Aborted when the client disconnects.
 * @param windowMs Length of the time window in which the client must read a minimum of bytes,
 *   milliseconds. Unset: the default of `watchPace()`.
 */
export function leasedBody(
  parts: Iterable<Uint8Array>,
  lease: ByteLease,
  signal: AbortSignal,
  windowMs?: number,
): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.iterator]();
  let pace: ReturnType<typeof watchPace> | undefined;
  let size = 0;
  const release = () => {
    signal.removeEventListener("abort", release);
    pace?.[Symbol.dispose]();
    lease[Symbol.dispose]();
  };
  signal.addEventListener("abort", release);
  return new ReadableStream({
    pull(controller) {
      pace ??= watchPace(() => {
        release();
        controller.error(new Error("The client reads the response too slowly"));
      }, windowMs);
      const next = iterator.next();
      if (next.done === true) {
        release();
        return controller.close();
      }
      controller.enqueue(next.value);
      pace.progress(size += next.value.length);
    },
    cancel: release,
  }, { highWaterMark: 0 });
}

/** Splits bytes into the parts that are handed to a connection. */
export function* partsOf(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += STEP) yield bytes.subarray(at, at + STEP);
}
