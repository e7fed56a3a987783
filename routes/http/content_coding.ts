import { DomainError } from "../../src/core/domain_error.ts";

/** Compression of a request body, by the names of the Compression Streams standard. */
export type BodyFormat = "gzip" | "deflate";

/**
 * Content codings that are decoded (RFC 9110, section 8.4.1).
 *
 * Brotli is not one of them: 455 of its bytes can become 300 MB, and the `DecompressionStream` of
 * some runtimes returns all of them in one piece, before a limit can stop it.
 */
const FORMATS: ReadonlyMap<string, BodyFormat> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
]);

/** Value of the header `Accept-Encoding` in the response to another coding. */
export const ACCEPTED_CODINGS = "gzip, deflate";

/**
 * Maximum bytes that are decompressed in one step, which gzip and deflate expand to 4 MB at most.
 *
 * Several runtimes decompress a whole chunk before they return the first byte of the result.
 */
const MAX_STEP = 4096;

/**
 * Returns the compression of a request body, or undefined if the body is not compressed.
 *
 * @param header Value of `Content-Encoding`. Null: the header is missing.
 * @throws {DomainError} `unsupported-encoding` for any other coding, and for several.
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
 * Decompresses a body while it arrives, in steps of bounded size.
 *
 * @param chunks Compressed body. An error of it is thrown unchanged.
 * @throws {DomainError} `malformed-request` if the body is not compressed this way, or ends early.
 */
export async function* decompress(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  format: BodyFormat,
): AsyncGenerator<Uint8Array> {
  const failure: { error?: unknown } = {};
  const steps = stepsOf(chunks, (error) => failure.error = error);
  const first = await steps.next();
  if (first.done) return;
  const { readable, writable } = new DecompressionStream(streamFormat(format, first.value));
  const reader = readable.getReader();
  void feed(writable.getWriter(), first.value, steps);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch {
    if ("error" in failure) throw failure.error;
    throw new DomainError(
      "malformed-request",
      `Cannot read the body as it is not valid ${format}, which its Content-Encoding declares`,
    );
  } finally {
    reader.cancel().catch(() => {}); // a body that is too long is still being decompressed
  }
}

/** Yields the bytes of `chunks` in pieces of at most {@linkcode MAX_STEP}. */
async function* stepsOf(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += MAX_STEP) yield chunk.subarray(at, at + MAX_STEP);
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** Writes a compressed body to a stream. Errors reach the reader of the decompressed bytes. */
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
 * Returns the format of a stream that begins with these bytes.
 *
 * "deflate" means the zlib format, which begins with a byte of low nibble 8 (RFC 1950, section 2.2).
 * .NET's `DeflateStream` and others omit this header, as RFC 9110, section 8.4.1.2, notes.
 */
function streamFormat(format: BodyFormat, [first = 0]: Uint8Array): CompressionFormat {
  return format === "deflate" && (first & 0x0f) !== 8 ? "deflate-raw" : format;
}
