/** Statuses of a request that succeeds later: over the rate limit, and a busy or starting server. */
const TRANSIENT = [429, 503];

/** Attempts of a request, the first included. */
const ATTEMPTS = 4;

/** Longest pause before an attempt, milliseconds. A longer `Retry-After` ends the attempts. */
const MAX_PAUSE = 30_000;

/**
 * Sends a request, and repeats it after 429 and 503.
 *
 * @param send Sends the request once.
 * @throws The reason of `signal` once it aborts, also during a pause.
 */
export async function withRetries(
  send: () => Promise<Response>,
  signal?: AbortSignal,
): Promise<Response> {
  for (let attempt = 1;; attempt++) {
    const response = await send();
    if (!TRANSIENT.includes(response.status) || attempt === ATTEMPTS) return response;
    const pause = pauseBefore(attempt, response.headers.get("retry-after"));
    if (pause > MAX_PAUSE) return response;
    await sleep(pause, signal);
  }
}

/**
 * Returns the milliseconds to wait after an attempt: `Retry-After` if the server sent it, else 0.5,
 * 1, 2 … seconds. Up to half is added at random, so that phones that failed together do not return
 * together.
 *
 * @param retryAfter Header `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3).
 */
export function pauseBefore(
  attempt: number,
  retryAfter: string | null,
  random: () => number = Math.random,
): number {
  const backOff = 500 * 2 ** (attempt - 1);
  const asked = /^\d+$/.test(retryAfter ?? "")
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter ?? "") - Date.now();
  const pause = asked >= 0 ? asked : backOff;
  return pause + Math.max(pause, backOff) * random() / 2;
}

/** Waits, or rejects once the signal aborts. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason ?? new Error("The request was cancelled"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
