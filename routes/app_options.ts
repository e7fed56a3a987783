import type { Context } from "hono";
import type { ImageFetcher } from "../src/ports/image_fetcher.ts";
import type { ApiKey } from "./guards/api_keys.ts";
import type { RateLimit } from "./guards/rate_limit.ts";
import type { RequestLine } from "./guards/request_log.ts";

/** HTTP options of an app: limits, authentication, logging. */
export interface AppOptions {
  /** Maximum bytes of an image. */
  readonly maxBytes: number;
  /** Logs an error that the client is not told about, with the id of its request. */
  readonly log: (error: Error, requestId: string) => void;
  /** Logs a line per request. Unset: requests are not logged. */
  readonly logRequest?: ((line: RequestLine) => void) | undefined;
  /**
   * Returns the IP address of the client, which only the server knows. Unset: all requests count
   * as one client.
   */
  readonly clientAddress?: ((context: Context) => string | undefined) | undefined;
  /** API keys that are accepted. Unset: no key is required. */
  readonly keys?: readonly ApiKey[] | undefined;
  /** Rate limit per API key. Unset: no limit. */
  readonly keyRate?: RateLimit | undefined;
  /** Rate limit per IP address. Unset: no limit. */
  readonly addressRate?: RateLimit | undefined;
  /** Origins whose pages may send requests, or `*` for all. Unset: none. */
  readonly origins?: readonly string[] | undefined;
  /**
   * Maximum number of header fields of a request.
   *
   * @default 100
   */
  readonly maxHeaders?: number | undefined;
  /**
   * Milliseconds until reading a body times out.
   *
   * @default 30_000
   */
  readonly bodyTimeoutMs?: number | undefined;
  /**
   * Maximum bytes that the bodies of all requests hold together.
   *
   * @default 20 of the largest bodies
   */
  readonly bodyMemory?: number | undefined;
  /** Fetches images by their URL. Unset: URLs are refused. */
  readonly fetchImage?: ImageFetcher | undefined;
}
