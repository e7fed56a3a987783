import type { Context } from "hono";
import { DomainError, tooManyBytes } from "../../src/core/domain_error.ts";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { AppEnv } from "./app_env.ts";
import type { ByteLease } from "./byte_budget.ts";

/** Options of {@linkcode readBody}. */
export interface ReadBodyOptions {
  /** Maximum bytes of an image, which the message names. */
  readonly maxBytes: number;
  /** Maximum bytes of the body that contains the image. */
  readonly maxBodyBytes: number;
  /** Milliseconds until the read times out. */
  readonly timeoutMs: number;
  /** Lease that the bytes are taken from. */
  readonly lease: ByteLease;
}

/**
 * Reads the body of a request, and cancels it as soon as it is too long or too slow.
 *
 * @throws {DomainError} `too-many-bytes`, `body-timeout`, `busy`, or `malformed-request` if the
 *   connection is lost.
 */
export async function readBody(
  context: Context<AppEnv>,
  options: ReadBodyOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { maxBytes, maxBodyBytes, timeoutMs } = options;
  const { headers, body } = context.req.raw;
  const declared = Number(headers.get("content-length") ?? 0);
  if (declared > maxBodyBytes) throw tooManyBytes(maxBytes, `the body has ${declared}`);
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const state = { timedOut: false };
  const timer = setTimeout(() => {
    state.timedOut = true;
    cancel(reader); // ends the pending read
  }, timeoutMs);
  try {
    const bytes = await collect(reader, options, (size) => context.set("bytesIn", size));
    if (!state.timedOut) return bytes;
  } catch (error) {
    cancel(reader);
    if (error instanceof DomainError) throw error;
    if (!state.timedOut) {
      throw new DomainError("malformed-request", "Cannot read the body as it broke off");
    }
  } finally {
    clearTimeout(timer);
  }
  throw new DomainError(
    "body-timeout",
    `Cannot read the body as all of it must come within ${timeoutMs} ms`,
  );
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { maxBytes, maxBodyBytes, lease }: ReadBodyOptions,
  onProgress: (size: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinedBytes(chunks);
    size += value.length;
    onProgress(size);
    if (size > maxBodyBytes) throw tooManyBytes(maxBytes, "the body is longer");
    lease.take(value.length);
    chunks.push(value);
  }
}

/** Cancels a body. A failure is ignored: the client may be gone already. */
function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}
