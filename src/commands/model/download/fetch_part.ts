import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Expectations, hasHash } from "./fingerprint.ts";
import type { PartFile } from "./part_file.ts";
import { readRangeAnswer, validatorOf } from "./range_answer.ts";
import { type StallTimer, stallTimer } from "./stall_timer.ts";

/** How far a download is. */
export interface Progress {
  /** Bytes that are there, those of earlier tries too. */
  readonly done: number;
  /** Size of the whole; undefined if nobody knows it. */
  readonly total: number | undefined;
}

/** How a download goes about it, and whom it tells. */
export interface FetchPartOptions {
  /** Called when a body begins, and with every piece of it that was written. */
  readonly onProgress?: (progress: Progress) => void;
  /** Called before another try, with what went wrong. */
  readonly onRetry?: (reason: string) => void;
  /** Tries in a row that may bring nothing new (5). */
  readonly tries?: number;
  /** Milliseconds before the second try; each further one waits twice as long (500). */
  readonly firstPause?: number;
  /** Milliseconds of silence after which a server counts as gone (30,000). */
  readonly patience?: number;
}

/** What may have passed by the next try: connections that break off, servers that are busy. */
class PassingError extends Error {}

/**
 * Brings what is missing into a part.
 *
 * @returns Whether the part is put together of several answers.
 * @throws {Error} With a message for a person.
 */
export async function fetchPart(
  url: string,
  part: PartFile,
  expected: Expectations,
  options: FetchPartOptions,
): Promise<{ readonly pieced: boolean }> {
  const { tries = 5, firstPause = 500, onRetry } = options;
  let furthest = part.size;
  let failures = 0;
  for (;;) {
    try {
      return await ask(url, part, expected, options);
    } catch (error) {
      if (!(error instanceof PassingError)) throw error;
      // A server that knows no ranges starts anew each time: only a new record is progress.
      failures = part.size > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, part.size);
      if (failures >= tries) throw givenUp(url, part, `${error.message}, ${tries} times in a row`);
      onRetry?.(error.message);
      await pause(firstPause * 2 ** (failures - 1));
    }
  }
}

/** One request and its answer; a second one if the first shows that there is no going on. */
async function ask(
  url: string,
  part: PartFile,
  expected: Expectations,
  options: FetchPartOptions,
): Promise<{ readonly pieced: boolean }> {
  // 1. What is there: all of it, something to go on from, or nothing of use.
  if (part.size > 0 && !canGoOn(url, part, expected)) await part.restart({ url });
  if (part.size > 0 && part.size === expected.bytes) return { pieced: true };

  // 2. What the server says to that.
  using stall = stallTimer(options.patience ?? 30_000);
  const response = await request(url, part, stall);
  const answer = readRangeAnswer(response.status, response.headers, part.size);
  const said = "total" in answer ? answer.total : undefined;
  const broken = answer.kind === "rest" && contradict(said, part.source?.total);
  if (answer.kind === "refused") {
    await response.body?.cancel();
    const reason = `the server answers ${statusOf(response)}`;
    throw answer.passing ? new PassingError(reason) : cannot(url, reason);
  }
  if (answer.kind === "anew" || broken) {
    await response.body?.cancel();
    await part.restart({ url });
    return await ask(url, part, expected, options);
  }
  if (contradict(said, expected.bytes)) {
    await response.body?.cancel();
    throw cannot(url, `the file there has ${said} bytes where ${expected.bytes} were expected`);
  }
  if (answer.kind === "complete") {
    await response.body?.cancel();
    return { pieced: true };
  }

  // 3. The bytes.
  if (answer.kind === "whole") {
    await part.restart({ url, validator: validatorOf(response.headers), total: said });
  }
  const total = said ?? expected.bytes ?? part.source?.total;
  await takeBody(bodyOf(response, url, stall), url, part, total, options);
  return { pieced: answer.kind === "rest" };
}

/** Whether bytes from this address may go on from those that are there. */
function canGoOn(url: string, { size, source }: PartFile, expected: Expectations): boolean {
  if (expected.bytes !== undefined && size > expected.bytes) return false;
  // A hash tells in the end whether the pieces make the file, wherever they come from.
  return hasHash(expected) || (source?.url === url && source.validator !== undefined);
}

async function request(url: string, part: PartFile, stall: StallTimer): Promise<Response> {
  const { size, source } = part;
  // Compressed on its way, a file has other offsets.
  const headers = new Headers({ "Accept-Encoding": "identity" });
  if (size > 0) headers.set("Range", `bytes=${size}-`);
  if (size > 0 && source?.url === url && source.validator !== undefined) {
    headers.set("If-Range", source.validator);
  }
  try {
    return await fetch(url, { headers, signal: stall.signal });
  } catch (error) {
    throw new PassingError(networkFault(error, url), { cause: error });
  }
}

async function takeBody(
  body: AsyncIterable<Uint8Array>,
  url: string,
  part: PartFile,
  total: number | undefined,
  { onProgress }: FetchPartOptions,
): Promise<void> {
  onProgress?.({ done: part.size, total });
  for await (const chunk of body) {
    if (total !== undefined && part.size + chunk.length > total) {
      await part.restart({ url });
      throw cannot(url, `the server sends more than the ${total} bytes of the file`);
    }
    await part.append(chunk);
    onProgress?.({ done: part.size, total });
  }
  if (total !== undefined && part.size < total) {
    throw new PassingError(`the server stopped after ${part.size} of ${total} bytes`);
  }
}

async function* bodyOf(
  response: Response,
  url: string,
  stall: StallTimer,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of response.body ?? []) {
      stall.heard();
      yield chunk;
    }
  } catch (error) {
    throw new PassingError(networkFault(error, url), { cause: error });
  }
}

function contradict(one: number | undefined, other: number | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** The status in words; after redirects with the address that gave it. */
function statusOf({ status, statusText, redirected, url }: Response): string {
  return `${status} ${statusText}`.trim() + (redirected ? ` at ${url}` : "");
}

function cannot(url: string, reason: string): Error {
  return new Error(`Cannot download ${url} as ${reason}`);
}

function givenUp(url: string, { size, path }: PartFile, reason: string): Error {
  const kept = size > 0
    ? `The first ${size} bytes are kept in ${basename(path)}: the same command goes on from there`
    : "Nothing came; try again later";
  return new Error(`${cannot(url, reason).message}. ${kept}`);
}

/** Why a request came to nothing, as the end of a sentence that says "as". */
export function networkFault(error: unknown, url: string): string {
  const { host } = new URL(url);
  const reason = innermost(error);
  if (/dns error|ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return `the host ${host} is not found (is there a connection to the internet?)`;
  }
  if (/connection refused|ECONNREFUSED/i.test(reason)) return `${host} refuses the connection`;
  return `the connection to ${host} failed: ${reason}`;
}

/** `fetch` hides the reason in causes, some runtimes behind the address as well. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return innermost(error.cause);
  return error.message.replace(/^error sending request for url \(.*?\): /, "");
}
