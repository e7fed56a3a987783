import type { Context } from "hono";
import { DomainError, tooManyBytes } from "../../src/core/domain_error.ts";
import { ByteList } from "../../src/core/byte_list.ts";
import type { AppEnv } from "./app_env.ts";
import { PACE_LIMIT, watchPace } from "./body_pace.ts";
import type { ByteLease } from "./byte_budget.ts";
import { bodyFormat, decompress } from "./content_coding.ts";

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions {
  /** Maximum bytes of an image, for the error message if the body is too long. */
  readonly maxBytes: number;
  /** Maximum bytes of the body that contains the image, both before and after decompression. */
  readonly maxBodyBytes: number;
  /** Maximum milliseconds for reading the body. */
  readonly timeoutMs: number;
  /**
   * Part of the memory budget that the request takes. Each byte of the body that stays in memory is
   * taken from the budget.
   */
  readonly lease: ByteLease;
  /**
   * Called with each chunk of the body; `readBody()` then returns no bytes. The function must call
   * `lease.take()` for the bytes that it keeps. Unset: `readBody()` joins the chunks and returns
   * the whole body.
   */
  readonly onChunk?: ((chunk: Uint8Array) => void) | undefined;
}

/** Maximum decompressed bytes of one byte of gzip or deflate (zlib's technical details, "1032:1"). */
const MAX_EXPANSION = 1032;

/**
 * Reads the body of a request. Stops reading as soon as the body has too many bytes or takes too
 * long.
 *
 * A compressed body is decompressed while it arrives.
 *
 * @throws {DomainError} `too-many-bytes`, `body-timeout`, `busy`, `unsupported-encoding`, or
 *   `malformed-request` if the connection is lost or the compressed data is broken.
 */
export async function readBody(
  context: Context<AppEnv>,
  options: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, maxBodyBytes, timeoutMs } = options;
  const { headers, body } = context.req.raw;
  const format = bodyFormat(headers.get("content-encoding"));
  const declared = Number(headers.get("content-length") ?? 0);
  if (declared > maxBodyBytes) throw tooManyBytes(maxBytes, `the body has ${declared}`);
  if (body === null) return new Uint8Array();
  using _reserved = format === undefined ? undefined : reserveFor(options, declared);
  options.lease.expect(declared);
  const reader = body.getReader();
  const state: { limit?: string } = {};
  const stop = (limit: string) => {
    state.limit ??= limit;
    cancel(reader); // makes the pending read() return
  };
  const timer = setTimeout(() => stop(`all of it must come within ${timeoutMs} ms`), timeoutMs);
  using pace = watchPace(() => stop(PACE_LIMIT));
  try {
    const received = receive(reader, options, (size) => {
      context.set("bytesIn", size);
      pace.progress(size);
    });
    const chunks = format === undefined ? received : decompress(received, format);
    const bytes = await collect(chunks, options);
    if (state.limit === undefined) return bytes;
  } catch (error) {
    cancel(reader);
    if (state.limit === undefined) throw error;
  } finally {
    clearTimeout(timer);
  }
  throw new DomainError("body-timeout", `Cannot read the body as ${state.limit}`);
}

/**
 * Reserves memory for the largest body that a compressed body may become.
 *
 * Without the reservation, many small bodies that become large would start at the same time, and
 * would all be refused in the middle, with their decompressed bytes as garbage.
 *
 * @param declared Compressed bytes by `Content-Length`. 0: unknown.
 */
function reserveFor({ lease, maxBodyBytes }: ReadBodyOptions, declared: number): Disposable {
  return lease.reserve(Math.min(maxBodyBytes, declared * MAX_EXPANSION || maxBodyBytes));
}

/** Yields the chunks of a body as they arrive. */
async function* receive(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  { maxBytes, maxBodyBytes }: ReadBodyOptions,
  onProgress: (size: number) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      if (error instanceof DomainError) throw error; // the HTTP server found a fault in the body
      throw new DomainError("malformed-request", "Cannot read the body as it broke off");
    });
    if (done) return;
    size += value.length;
    onProgress(size);
    if (size > maxBodyBytes) throw tooManyBytes(maxBytes, "the body is longer");
    yield value;
  }
}

/**
 * Joins the chunks of a body. Counts each chunk in the memory lease of the request before storing
 * the chunk.
 */
async function collect(
  chunks: AsyncIterable<Uint8Array>,
  { maxBytes, maxBodyBytes, lease, onChunk }: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const list = new ByteList();
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooManyBytes(maxBytes, "the decompressed body is longer");
    if (onChunk !== undefined) {
      onChunk(chunk);
      continue;
    }
    lease.take(chunk.length);
    list.add(chunk);
  }
  return list.joined();
}

/**
 * Cancels reading a body. Ignores errors, because the client may already have closed the
 * connection.
 */
function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}
