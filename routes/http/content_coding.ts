import { DomainError } from "../../src/core/domain_error.ts";

/** Compression of a body, by its name in the Compression Streams standard. */
export type BodyFormat = "gzip" | "deflate";

/**
 * Values of `Content-Encoding` that the server supports, with the compression format of each (RFC
 * 9110, section 8.4.1).
 *
 * The server refuses Brotli: 455 bytes of Brotli can decompress to 300 MB. Some runtimes return the
 * whole result in one chunk, before the server can check the length of the result.
 */
const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/**
 * Supported compressions. If a request body has another compression, the error response lists the
 * supported compressions in its header `Accept-Encoding`.
 */
export const ACCEPTED_CODINGS = "gzip, deflate";

/**
 * Minimum and maximum compressed bytes that are decompressed in one step. With gzip and deflate,
 * 256 bytes become at most 256 KB.
 *
 * Steps are small because some runtimes decompress a whole step before the server can check the
 * length of the result.
 */
const [MIN_STEP, MAX_STEP] = [256, 4096];

/**
 * Number of decompressed bytes after which other requests get a turn. Some runtimes decompress
 * without returning to the event loop. In a test, 30 bodies of 25 KB, which become 26 MB each,
 * blocked a server for 7 seconds.
 */
const BYTES_PER_TURN = 1 << 18;

/**
 * Waits until the event loop has handled other requests. Each call starts its own timer, because on
 * Cloudflare Workers a request must not wait for the timer of another request.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Next step of a decompression. */
interface Step {
  /** Maximum compressed bytes of the step. */
  bytes: number;
  /** True once the caller has stopped reading. No more bytes are decompressed. */
  isOver: boolean;
}

/**
 * Returns the compression of a request body, or undefined if the body is not compressed.
 *
 * @param header Value of `Content-Encoding`. Null: the header is missing.
 * @throws {DomainError} `unsupported-encoding` if the coding is unknown, or if the header lists
 *   more than one coding.
 */
export function bodyFormat(header: string | null): BodyFormat | undefined {
  const codings = (header ?? "").toLowerCase().split(",").map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  const [coding] = codings;
  if (coding === undefined) return undefined;
  const format = codings.length === 1 ? FORMATS.get(coding) : undefined;
  if (format !== undefined) return format;
  throw new DomainError(
    "unsupported-encoding",
    `Cannot read the body as its Content-Encoding must be gzip, deflate or identity: ` +
      `current value is "${header?.slice(0, 100)}". ` +
      "Images are compressed already: send them without Content-Encoding",
  );
}

/**
 * Decompresses a body while it arrives, in small steps.
 *
 * @param chunks Compressed body. An error while reading the body is thrown again, unchanged.
 * @throws {DomainError} `malformed-request` if the body is not valid `format`, or ends early.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: BodyFormat,
): AsyncGenerator<Uint8Array> {
  const failure: { error?: unknown } = {};
  const step: Step = { bytes: MIN_STEP, isOver: false };
  const steps = stepsOf(chunks, step, (error) => failure.error = error);
  const first = await steps.next();
  if (first.done) return;
  const { readable, writable } = new DecompressionStream(streamFormat(format, first.value));
  const reader = readable.getReader();
  void feed(writable.getWriter(), first.value, steps);
  let inTurn = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const next = Math.floor(step.bytes * BYTES_PER_TURN / value.length);
      step.bytes = Math.max(MIN_STEP, Math.min(next, MAX_STEP));
      inTurn += value.length;
      if (inTurn >= BYTES_PER_TURN) {
        inTurn = 0;
        await nextTurn();
      }
      yield value;
    }
  } catch {
    if ("error" in failure) throw failure.error;
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as it is not valid ${format}, which its Content-Encoding declares`,
    );
  } finally {
    step.isOver = true;
    void discard(reader);
  }
}

/** Yields the bytes of `chunks` in pieces of at most `step.bytes` bytes. */
async function* stepsOf(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  step: Readonly<Step>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) {
        if (step.isOver) return;
        yield chunk.subarray(at, at += step.bytes);
      }
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}

/**
 * Reads the decompressed bytes that are left, and discards them. At most the bytes of one step are
 * left.
 *
 * `reader.cancel()` would end a program on Node 22 and 24: the adapter of its zlib adds bytes to the
 * closed stream, and throws where nobody can catch the error.
 */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done) { /* next bytes */ }
  } catch {
    // The compressed bytes have ended early.
  }
}

/**
 * Writes a compressed body to a decompression stream. If `rest` throws an error, reading the
 * decompressed bytes also fails.
 */
async function feed(
  writer: WritableStreamDefaultWriter<BufferSource>,
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  try {
    await writer.write(first);
    for await (const step of rest) await writer.write(step);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
  }
}

/**
 * Returns the format for `DecompressionStream`. The first byte of the body tells which of two forms
 * of "deflate" the body has.
 *
 * In HTTP, "deflate" means the zlib format. The lowest four bits of the first byte of zlib data are
 * 8 (RFC 1950, section 2.2). Some clients, such as .NET's `DeflateStream`, send raw deflate data
 * without the zlib header (RFC 9110, section 8.4.1.2).
 */
function streamFormat(format: BodyFormat, [first = 0]: Uint8Array): CompressionFormat {
  return format === "deflate" && (first & 0x0f) !== 8 ? "deflate-raw" : format;
}
