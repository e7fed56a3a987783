import type { Context, MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import type { AppEnv } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";
import { RateStore } from "./rate_store.ts";

/** Limit on the requests of one client. */
export interface RateLimit {
  /** Maximum number of requests in one time window. */
  readonly limit: number;
  /** Length of the time window in milliseconds. */
  readonly windowMs: number;
  /**
   * Store of the request counts. If several server processes share a store, the limit holds for all
   * of them together. The package hono-rate-limiter has stores for Redis and other databases.
   *
   * @default a store in the memory of this process
   */
  readonly store?: Store<AppEnv> | undefined;
}

/** Rate limit for each IP address or for each API key. */
export interface RatePolicy extends RateLimit {
  /**
   * Name of the limit in the `RateLimit` header fields: `address` counts clients by IP address,
   * `key` by API key.
   */
  readonly name: "address" | "key";
  /** Returns the IP address or API key of a request, or undefined if the request is not limited. */
  readonly clientOf: (context: Context<AppEnv>) => string | undefined;
}

/**
 * Number of requests that a client may send in one time window, and number of requests that are
 * left. The package hono-rate-limiter stores both numbers in the context of the request.
 */
interface Usage {
  readonly limit: number;
  readonly remaining: number;
  readonly resetTime?: Date;
}

/**
 * Creates a middleware that answers 429 to a client with too many requests. Header fields of every
 * response tell the client how many requests are left.
 *
 * The header fields follow version 11 of draft-ietf-httpapi-ratelimit-headers. In version 11, each
 * limit has a name, so one response can report several limits. The package hono-rate-limiter only
 * writes the header fields of version 7, which have no names.
 */
export function rateLimit(policy: RatePolicy): MiddlewareHandler<AppEnv> {
  const { name, limit, windowMs, clientOf } = policy;
  const usageOf = (context: Context) => context.get(`rate-${name}`) as Usage;
  const announce = (context: Context) => {
    const { limit: quota, remaining } = usageOf(context);
    const window = Math.ceil(windowMs / 1000);
    context.header("RateLimit-Policy", `"${name}";q=${quota};w=${window}`, { append: true });
    const left = `"${name}";r=${remaining};t=${secondsLeft(usageOf(context), windowMs)}`;
    context.header("RateLimit", left, { append: true });
  };
  const limiter = rateLimiter<AppEnv>({
    windowMs,
    limit,
    store: policy.store ?? new RateStore(windowMs),
    standardHeaders: false,
    requestPropertyName: `rate-${name}`,
    skip: (context) => clientOf(context) === undefined,
    keyGenerator: (context) => clientOf(context) ?? "",
    handler: (context) => {
      announce(context);
      return tooManyRequests(context, policy, secondsLeft(usageOf(context), windowMs));
    },
  });
  return (context, next) =>
    limiter(context, () => {
      if (clientOf(context) !== undefined) announce(context);
      return next();
    });
}

function tooManyRequests(
  context: Context<AppEnv>,
  { name, limit, windowMs }: RatePolicy,
  wait: number,
): Response {
  return problem(
    context,
    "too-many-requests",
    `Cannot answer as there may be at most ${limit} requests in ${
      windowMs / 1000
    } s for each ${name}: the next one may come in ${wait} s`,
    { "retry-after": String(wait) },
  );
}

function secondsLeft({ resetTime }: Usage, windowMs: number): number {
  const left = resetTime === undefined ? windowMs : resetTime.getTime() - Date.now();
  return Math.max(1, Math.ceil(left / 1000));
}
