import type { Context, MiddlewareHandler } from "hono";
import { rateLimiter, type Store } from "hono-rate-limiter";
import type { AppEnv } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";
import { RateStore } from "./rate_store.ts";

/** A limit on how often one client may ask. */
export interface RateLimit {
  /** Requests in a window. */
  readonly limit: number;
  /** Length of a window in milliseconds. */
  readonly windowMs: number;
  /**
   * Where the counts are kept; this process's memory where absent. Several instances share one
   * with a store of the package hono-rate-limiter.
   */
  readonly store?: Store<AppEnv>;
}

/** By what clients are told apart. */
export interface RatePolicy extends RateLimit {
  /** Name of the policy. */
  readonly name: "address" | "key";
  /** Who asks; undefined is not counted. */
  readonly clientOf: (context: Context<AppEnv>) => string | undefined;
}

/** What the library leaves in the context. */
interface Usage {
  readonly limit: number;
  readonly remaining: number;
  readonly resetTime?: Date;
}

/**
 * Answers 429 to a client that asks too often, and tells each one how much is left.
 *
 * The header fields are those of draft-ietf-httpapi-ratelimit-headers-11, in which every policy
 * has a name, so that an answer can tell of several; the library itself writes those of draft 7,
 * which cannot.
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
      return tooMany(context, policy, secondsLeft(usageOf(context), windowMs));
    },
  });
  return (context, next) =>
    limiter(context, () => {
      if (clientOf(context) !== undefined) announce(context);
      return next();
    });
}

function tooMany(
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
