import { joinedBytes } from "../core/joined_bytes.ts";

/** What a stream may cost, and who may end it. */
export interface StreamRules {
  /** Most bytes in it. */
  readonly maxBytes: number;
  /** What is thrown where there are more, told how many had come by then. */
  readonly tooLong: (found: number) => Error;
  /** Ends the read. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a stream to its end, and cancels it as soon as it is too long or nobody waits any more.
 *
 * @throws What `tooLong` gives; the signal's reason; a TypeError for chunks that are no bytes;
 *   whatever the stream fails with.
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  { maxBytes, tooLong, signal }: StreamRules,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Which ends a read that waits.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return joinedBytes(chunks);
      if (!ArrayBuffer.isView(value)) {
        throw new TypeError(`A chunk is no bytes but ${typeof value}`);
      }
      size += value.length;
      if (size > maxBytes) throw tooLong(size);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel(error).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}
