import { typeName } from "../core/check_options.ts";
import { DomainError } from "../core/domain_error.ts";
import { joinedBytes } from "../core/joined_bytes.ts";

/** Options of {@linkcode readStream}. */
export interface ReadStreamOptions {
  /** Maximum bytes to accept from the stream. */
  readonly maxBytes: number;
  /**
   * Returns the error to throw if the stream is longer than `maxBytes`. `found` is the number of
   * bytes read so far.
   */
  readonly tooLong: (found: number) => Error;
  /** Cancels the read. Unset: no cancellation. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a stream to its end. Cancels the stream if the stream is too long or the signal is aborted.
 *
 * @throws {DomainError} `not-an-image`, if a chunk is not bytes.
 * @throws The error that `tooLong` returns, `signal.reason`, or the error of the stream.
 */
export async function readStream(
  stream: ReadableStream<Uint8Array>,
  { maxBytes, tooLong, signal }: ReadStreamOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // `read()` may wait forever for a slow source. `cancel()` ends the wait.
  const cancel = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return joinedBytes(chunks);
      if (typeName(value) !== "Uint8Array") {
        throw new DomainError(
          "not-an-image",
          "Cannot read a stream as each chunk must be a Uint8Array: current value is of type " +
            typeName(value),
        );
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
