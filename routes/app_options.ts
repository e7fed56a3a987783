import type { Context } from "hono";
import type { ImageFetcher } from "../src/ports/image_fetcher.ts";
import type { ApiKey } from "./guards/api_keys.ts";
import type { RateLimit } from "./guards/rate_limit.ts";
import type { RequestLine } from "./guards/request_log.ts";
import type { AppMetrics } from "./http/metrics.ts";
import type { PageOptions } from "./page/app.ts";

/** HTTP options of an app: limits, authentication, logging. */
export interface AppOptions {
  /** Maximum bytes of an encoded image. */
  readonly maxBytes: number;
  /**
   * Logs an internal error with the id of its request. The response does not contain the details of
   * the error.
   */
  readonly log: (error: Error, requestId: string) => void;
  /** Logs one line per request. Unset: requests are not logged. */
  readonly logRequest?: ((line: RequestLine) => void) | undefined;
  /**
   * Returns the IP address of the client. Each JavaScript runtime stores the address in another
   * place. Unset: the rate limits count the requests of all clients together.
   */
  readonly clientAddress?: ((context: Context) => string | undefined) | undefined;
  /** API keys that the app accepts. Unset: requests need no key. */
  readonly keys?: readonly ApiKey[] | undefined;
  /** Rate limit per API key. Unset: no limit. */
  readonly keyRate?: RateLimit | undefined;
  /** Rate limit per IP address. Unset: no limit. */
  readonly addressRate?: RateLimit | undefined;
  /**
   * Origins whose web pages may send requests (CORS). `*` allows all origins. Unset: only pages of
   * the same origin.
   */
  readonly origins?: readonly string[] | undefined;
  /**
   * Maximum number of header fields of a request.
   *
   * @default 100
   */
  readonly maxHeaders?: number | undefined;
  /**
   * Maximum milliseconds for reading the body of a request.
   *
   * @default 30_000
   */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Maximum bytes of memory for the bodies of all requests together.
   *
   * @default 10 times the maximum length of a body
   */
  readonly bodyMemory?: number | undefined;
  /**
   * Maximum pixels of the longer side of a drawing. A larger drawing is scaled down.
   *
   * @default 6000
   */
  readonly maxDrawingSide?: number | undefined;
  /**
   * Path under which a router has mounted the app, for example "/vision". Links in error responses
   * begin with this path. Needed only for routers that remove the path from the request, such as
   * Hono's `mount()`. Unset: the path that Hono's `route()` has mounted the app under.
   */
  readonly mountPath?: string | undefined;
  /**
   * Maximum number of images in one request of `POST /detect` and `POST /detect/batch`.
   *
   * @default 100
   */
  readonly maxBatch?: number | undefined;
  /**
   * Maximum bytes of a body with several images, and of all images in it together.
   *
   * @default 4 times `maxBytes`
   */
  readonly maxBatchBytes?: number | undefined;
  /**
   * Maximum bytes of memory for candidates that clients keep (`keep=true`). 0: the app keeps none.
   *
   * @default 8_000_000
   */
  readonly keepMemory?: number | undefined;
  /**
   * Milliseconds until kept candidates are dropped.
   *
   * @default 300_000
   */
  readonly keepMs?: number | undefined;
  /** Fetches an image by its URL. Unset: requests that contain a URL are refused. */
  readonly fetchImage?: ImageFetcher | undefined;
  /** Metrics of the app, which `GET /metrics` shows. Unset: the app has no route `/metrics`. */
  readonly metrics?: AppMetrics | undefined;
  /**
   * True if `GET /metrics` needs no API key and has no rate limit.
   *
   * @default false
   */
  readonly hasOpenMetrics?: boolean | undefined;
  /**
   * Options of the web page at `/`. False: the app has no web page.
   *
   * @default {}
   */
  readonly page?: PageOptions | false | undefined;
}
