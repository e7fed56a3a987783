import type { Context, Hono } from "hono";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { basePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import type { AppOptions } from "./app_options.ts";
import { DIALECT_HEADERS, DIALECT_KEY_HEADERS } from "./dialects.ts";
import { apiKeys } from "./guards/api_keys.ts";
import { clientNetwork } from "./guards/client_address.ts";
import { headerLimit } from "./guards/header_limit.ts";
import { rateLimit } from "./guards/rate_limit.ts";
import { requestFault } from "./guards/request_fault.ts";
import { requestLog } from "./guards/request_log.ts";
import { requestMetrics } from "./guards/request_metrics.ts";
import { requestTrace } from "./guards/request_trace.ts";
import type { AppEnv } from "./http/app_env.ts";
import { PAGE_PATHS, pageHeaders } from "./page/app.ts";
import { HEALTH_PATHS, OPEN_PATHS } from "./paths.ts";
import { REFERENCE_PATHS, referenceHeaders } from "./reference/app.ts";

/**
 * CORS rules for web pages of other origins. The rules list the methods and header fields that such
 * pages may send. They also list the header fields of responses that scripts of such pages may
 * read.
 */
const CORS = {
  allowMethods: ["GET", "HEAD", "POST"],
  allowHeaders: [
    ...["Authorization", "Content-Encoding", "Content-Type", "X-API-Key", "X-Request-Id"],
    ...["traceparent", "tracestate"], // W3C Trace Context
    ...DIALECT_HEADERS,
    ...DIALECT_KEY_HEADERS,
  ].sort(),
  exposeHeaders: [
    ...["RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing", "X-Request-Id"],
    ...DIALECT_HEADERS,
  ].sort(),
  maxAge: 600,
};

/**
 * Security header fields of each response. They tell the browser not to show the response in a
 * frame, and not to load anything that the response refers to.
 *
 * The header field `Strict-Transport-Security` is not sent, because it would force clients to use
 * HTTPS. Only the operator of the server knows if the server answers HTTPS.
 */
const SECURE_HEADERS = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
};

/**
 * Adds the middleware that runs before the handlers: request ids, logs, limits and API keys. The
 * order of the steps matters: for example, the rate limit of an API key needs the result of the key
 * check.
 */
export function guardApp(app: Hono<AppEnv>, deps: AppOptions): void {
  const { clientAddress = () => undefined, keys, addressRate, keyRate, origins } = deps;
  const pagePaths = deps.page === false ? [] : PAGE_PATHS;
  const open = deps.hasOpenMetrics ? [...OPEN_PATHS, "/metrics"] : OPEN_PATHS;
  const isOpen = isOneOf(open);
  const isPage = isOneOf([...REFERENCE_PATHS, ...pagePaths]);
  const needsNoKey = (context: Context) =>
    isOpen(context) || (/^(GET|HEAD)$/.test(context.req.method) && isPage(context));
  app.use(requestId({ limitLength: 64 }));
  app.use(except(isOneOf([...HEALTH_PATHS, "/metrics"]), requestTrace()));
  if (deps.metrics) app.use(requestMetrics(deps.metrics));
  if (deps.logRequest) app.use(requestLog(deps.logRequest, clientAddress));
  for (const path of pagePaths) app.get(path, pageHeaders);
  app.use("/docs", referenceHeaders);
  app.use(secureHeaders(SECURE_HEADERS));
  if (origins) app.use(cors({ ...CORS, origin: origins.includes("*") ? "*" : [...origins] }));
  app.use(requestFault);
  app.use(headerLimit(deps.maxHeaders ?? 100));
  if (addressRate) {
    const clientOf = (context: Context<AppEnv>) =>
      clientNetwork(clientAddress(context) ?? "unknown");
    app.use(except(isOpen, rateLimit({ ...addressRate, name: "address", clientOf })));
  }
  const keyNameOf = (context: Context<AppEnv>) => context.get("keyName");
  const limitKey = keyRate && rateLimit({ ...keyRate, name: "key", clientOf: keyNameOf });
  if (keys) app.use(except(needsNoKey, apiKeys(keys, limitKey)));
  if (limitKey) app.use(except(needsNoKey, limitKey));
  app.use((context, next) => {
    const key = context.get("keyName");
    const network = () => clientNetwork(clientAddress(context) ?? "unknown");
    context.set("client", key === undefined ? `network ${network()}` : `key ${key}`);
    return next();
  });
}

/**
 * Returns a function that returns true if the path of a request is in `paths`. If another Hono app
 * has mounted this app below a path prefix, the function ignores the prefix.
 *
 * @param paths Paths. A path that ends in `*` also stands for all paths below it.
 */
function isOneOf(paths: readonly string[]): (context: Context) => boolean {
  return (context) => {
    const mount = basePath(context).replace(/\/$/, "");
    const path = context.req.path.slice(mount.length) || "/";
    return paths.some((open) =>
      open.endsWith("*") ? path.startsWith(open.slice(0, -1)) : path === open
    );
  };
}
