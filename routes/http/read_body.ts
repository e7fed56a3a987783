import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { AppEnv } from "./app_env.ts";
import type { Room } from "./byte_budget.ts";

/** What a body may cost. */
export interface BodyLimits {
  /** Most bytes of an image, which the message names. */
  readonly maxBytes: number;
  /** Most bytes of the body that brings it. */
  readonly maxBodyBytes: number;
  /** Milliseconds within which all of it must be there. */
  readonly timeoutMs: number;
  /** Where the bytes are counted. */
  readonly room: Room;
}

/**
 * Reads a body, and stops as soon as it is too long or too slow.
 *
 * @throws {DomainError} `too-many-bytes`, `body-timeout`, `busy`, or `malformed-request` if it
 *   breaks off.
 */
export async function readBody(
  context: Context<AppEnv>,
  limits: BodyLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers, body } = context.req.raw;
  const declared = Number(headers.get("content-length") ?? 0);
  if (declared > limits.maxBodyBytes) throw tooManyBytes(limits, declared);
  if (body === null) return new Uint8Array();
  const reader = body.getReader();
  const clock = { late: false };
  const timer = setTimeout(() => {
    clock.late = true;
    letGo(reader); // which ends the read that waits
  }, limits.timeoutMs);
  try {
    const bytes = await collect(reader, limits, (size) => context.set("bytesIn", size));
    if (!clock.late) return bytes;
  } catch (error) {
    letGo(reader);
    if (error instanceof DomainError) throw error;
    if (!clock.late) {
      throw new DomainError("malformed-request", "Cannot read the body as it broke off");
    }
  } finally {
    clearTimeout(timer);
  }
  throw new DomainError(
    "body-timeout",
    `Cannot read the body as all of it must come within ${limits.timeoutMs} ms`,
  );
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  limits: BodyLimits,
  progress: (size: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinedBytes(chunks);
    size += value.length;
    progress(size);
    if (size > limits.maxBodyBytes) throw tooManyBytes(limits);
    limits.room.take(value.length);
    chunks.push(value);
  }
}

/** Whether the client notices is its own affair. */
function letGo(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  reader.cancel().catch(() => {});
}

function tooManyBytes({ maxBytes }: BodyLimits, declared?: number): DomainError {
  const found = declared === undefined ? "the body is longer" : `the body has ${declared}`;
  return new DomainError(
    "too-many-bytes",
    `Cannot read image as it must have at most ${maxBytes} bytes: ${found}`,
  );
}
