/** Error response of the API. */
export class Problem extends Error {
  override readonly name = "Problem";
  /** Status of the response. */
  readonly status: number;
  /** Stable code, or an empty text if the response is no problem document. */
  readonly code: string;
  /** Seconds until the request may be sent again. Null: sending it again is no use. */
  readonly retryAfter: number | null;

  /** Creates an error with the server's own words. */
  constructor(status: number, code: string, detail: string, retryAfter: number | null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** Statuses after which a request may be repeated, if the response has a `Retry-After`. */
const RETRIED = [429, 503];

/** Seconds until a request is repeated whose model is still loading. */
const LOADING_PAUSE = 2;

/** Reads an error response. */
export async function readProblem(response: Response): Promise<Problem> {
  const { status, headers } = response;
  const text = await response.text();
  const seconds = Number(headers.get("retry-after") ?? NaN);
  const advised = RETRIED.includes(status) && Number.isFinite(seconds) ? seconds : null;
  try {
    const { code = "", detail = "" } = JSON.parse(text) as { code?: string; detail?: string };
    const retryAfter = advised ?? (code === "model-not-ready" ? LOADING_PAUSE : null);
    return new Problem(status, code, detail || `The server answered ${status}`, retryAfter);
  } catch {
    return new Problem(status, "", `The server answered ${status}`, advised);
  }
}

/** Resolves after some milliseconds. Rejects if `signal` is aborted before. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
