import type { Context } from "hono";
import type { ImageFetcher } from "../src/ports/image_fetcher.ts";
import type { ApiKey } from "./guards/api_keys.ts";
import type { RateLimit } from "./guards/rate_limit.ts";
import type { RequestLine } from "./guards/request_log.ts";

/** What an app allows, and where it tells of it, whatever it serves. */
export interface AppOptions {
  /** Most bytes of an image. */
  readonly maxBytes: number;
  /** Where errors go that no client is told of, with the id of their request. */
  readonly log: (error: Error, requestId: string) => void;
  /** Where the line of each request goes; nowhere where absent. */
  readonly logRequest?: (line: RequestLine) => void;
  /** Address of the client, which only the server knows; without it all are one client. */
  readonly clientAddress?: (context: Context) => string | undefined;
  /** Who may ask; everybody where absent. */
  readonly keys?: readonly ApiKey[];
  /** How often the owner of a key may ask; as often as they like where absent. */
  readonly keyRate?: RateLimit;
  /** How often an address may ask; as often as it likes where absent. */
  readonly addressRate?: RateLimit;
  /** Origins whose pages may ask, or `*` for all; none where absent. */
  readonly origins?: readonly string[];
  /** Most header fields of a request (100). */
  readonly maxHeaders?: number;
  /** Milliseconds within which a body must be there (30,000). */
  readonly bodyTimeoutMs?: number;
  /** Bytes that the bodies of all requests may take together (20 of the largest). */
  readonly bodyMemory?: number;
  /** Fetches images by their address; where absent, addresses are refused. */
  readonly fetchImage?: ImageFetcher;
}
