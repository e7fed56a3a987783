import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Expectations, hasHash } from "./fingerprint.ts";
import type { PartFile } from "./part_file.ts";
import { readRangeAnswer, validatorOf } from "./range_answer.ts";
import { type StallTimer, stallTimer } from "./stall_timer.ts";

/** Progress of a download. */
export interface DownloadProgress {
  /** Bytes on disk, including bytes that an earlier process downloaded. */
  readonly loaded: number;
  /** Bytes of the whole file; undefined if unknown. */
  readonly total: number | undefined;
}

/** Options of a download: retries and progress reports. */
export interface FetchPartOptions {
  /**
   * Called at the start of each response body and after each chunk is written. Unset: no reports.
   */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called before each retry, with the reason. Unset: no reports. */
  readonly onRetry?: ((reason: string) => void) | undefined;
  /**
   * Maximum number of consecutive requests without any new bytes.
   *
   * @default 5
   */
  readonly tries?: number | undefined;
  /**
   * Milliseconds before the first retry. The delay doubles with each further retry.
   *
   * @default 500
   */
  readonly retryDelay?: number | undefined;
  /**
   * Maximum milliseconds that a request waits for further data.
   *
   * @default 30_000
   */
  readonly idleTimeout?: number | undefined;
}

/** Transient failure (connection lost, server busy) that is worth a retry. */
class TransientError extends Error {}

/**
 * Downloads the missing bytes of a file, and appends them to the incomplete file on disk.
 *
 * @returns `pieced`: true if the bytes on disk come from several responses.
 * @throws {Error} If the download fails.
 */
export async function fetchPart(
  url: string,
  part: PartFile,
  expected: Expectations,
  options: FetchPartOptions,
): Promise<{ readonly pieced: boolean }> {
  const { tries = 5, retryDelay = 500, onRetry } = options;
  let furthest = part.size;
  let failures = 0;
  for (;;) {
    try {
      return await fetchRest(url, part, expected, options);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      // Only bytes after the furthest position so far count as progress, because a server without
      // range requests sends the whole file each time.
      failures = part.size > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, part.size);
      if (failures >= tries) throw giveUp(url, part, `${error.message}, ${tries} times in a row`);
      onRetry?.(error.message);
      await pause(retryDelay * 2 ** (failures - 1));
    }
  }
}

/**
 * Sends one request for the missing bytes. If the server cannot resume the download, requests the
 * whole file.
 */
async function fetchRest(
  url: string,
  part: PartFile,
  expected: Expectations,
  options: FetchPartOptions,
): Promise<{ readonly pieced: boolean }> {
  // 1. Check if the bytes on disk are complete, or can be completed.
  if (part.size > 0 && !canResume(url, part, expected)) await part.restart({ url });
  if (part.size > 0 && part.size === expected.bytes) return { pieced: true };

  // 2. Request the rest and read the headers.
  using stall = stallTimer(options.idleTimeout ?? 30_000);
  const response = await request(url, part, stall);
  const answer = readRangeAnswer(response.status, response.headers, part.size);
  const said = "total" in answer ? answer.total : undefined;
  const broken = answer.kind === "rest" && contradict(said, part.source?.total);
  if (answer.kind === "refused") {
    await response.body?.cancel();
    const reason = `the server answers ${statusOf(response)}`;
    throw answer.transient ? new TransientError(reason) : cannot(url, reason);
  }
  if (answer.kind === "restart" || broken) {
    await response.body?.cancel();
    await part.restart({ url });
    return await fetchRest(url, part, expected, options);
  }
  if (contradict(said, expected.bytes)) {
    await response.body?.cancel();
    throw cannot(url, `the file there has ${said} bytes where ${expected.bytes} were expected`);
  }
  if (answer.kind === "complete") {
    await response.body?.cancel();
    return { pieced: true };
  }

  // 3. Write the body.
  if (answer.kind === "whole") {
    await part.restart({ url, validator: validatorOf(response.headers), total: said });
  }
  const total = said ?? expected.bytes ?? part.source?.total;
  await writeBody(bodyOf(response, url, stall), url, part, total, options);
  return { pieced: answer.kind === "rest" };
}

/** Returns true if bytes from the URL may be appended to the incomplete file. */
function canResume(url: string, { size, source }: PartFile, expected: Expectations): boolean {
  if (expected.bytes !== undefined && size > expected.bytes) return false;
  // If a hash is known, the complete file is compared with the hash. If not, the server must
  // confirm that the file has not changed.
  return hasHash(expected) || (source?.url === url && source.validator !== undefined);
}

async function request(url: string, part: PartFile, stall: StallTimer): Promise<Response> {
  const { size, source } = part;
  // Forbids compression: byte offsets in a compressed response differ from byte offsets in the
  // file.
  const headers = new Headers({ "Accept-Encoding": "identity" });
  if (size > 0) headers.set("Range", `bytes=${size}-`);
  if (size > 0 && source?.url === url && source.validator !== undefined) {
    headers.set("If-Range", source.validator);
  }
  try {
    return await fetch(url, { headers, signal: stall.signal });
  } catch (error) {
    throw new TransientError(networkFault(error, url), { cause: error });
  }
}

async function writeBody(
  body: AsyncIterable<Uint8Array>,
  url: string,
  part: PartFile,
  total: number | undefined,
  { onProgress }: FetchPartOptions,
): Promise<void> {
  onProgress?.({ loaded: part.size, total });
  for await (const chunk of body) {
    if (total !== undefined && part.size + chunk.length > total) {
      await part.restart({ url });
      throw cannot(url, `the server sends more than the ${total} bytes of the file`);
    }
    await part.append(chunk);
    onProgress?.({ loaded: part.size, total });
  }
  if (total !== undefined && part.size < total) {
    throw new TransientError(`the server stopped after ${part.size} of ${total} bytes`);
  }
}

async function* bodyOf(
  response: Response,
  url: string,
  stall: StallTimer,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of response.body ?? []) {
      stall.restart();
      yield chunk;
    }
  } catch (error) {
    throw new TransientError(networkFault(error, url), { cause: error });
  }
}

function contradict(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** Formats the HTTP status of a response. After a redirect, adds the URL that sent the response. */
function statusOf({ status, statusText, redirected, url }: Response): string {
  return `${status} ${statusText}`.trim() + (redirected ? ` at ${url}` : "");
}

function cannot(url: string, reason: string): Error {
  return new Error(`Cannot download ${url} as ${reason}`);
}

/** Returns the error for a download that has failed after all retries. */
function giveUp(url: string, { size, path }: PartFile, reason: string): Error {
  const kept = size > 0
    ? `The first ${size} bytes are kept in ${basename(path)}: the same command resumes from there`
    : "Nothing was received; try again later";
  return new Error(`${cannot(url, reason).message}. ${kept}`);
}

/**
 * Explains why a request failed. The text completes an error message that starts with "Cannot …
 * as".
 */
export function networkFault(error: unknown, url: string): string {
  const { host } = new URL(url);
  const reason = innermost(error);
  if (/dns error|ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return `the host ${host} is not found (is there a connection to the internet?)`;
  }
  if (/connection refused|ECONNREFUSED/i.test(reason)) return `${host} refuses the connection`;
  return `the connection to ${host} failed: ${reason}`;
}

/**
 * Returns the message of the innermost cause of an error. Removes the URL that some runtimes put
 * before this message.
 */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return innermost(error.cause);
  return error.message.replace(/^error sending request for url \(.*?\): /, "");
}
