import { type Context, Hono } from "hono";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { basePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { modelInfo } from "../src/detect/model_info.ts";
import type { ModelRegistry } from "../src/serving/model_registry.ts";
import type { AppOptions } from "./app_options.ts";
import { detect, type DetectDeps } from "./detect/handler.ts";
import { MAX_OVERHEAD } from "./detect/read_upload.ts";
import { apiKeys } from "./guards/api_keys.ts";
import { clientNetwork } from "./guards/client_address.ts";
import { headerLimit } from "./guards/header_limit.ts";
import { rateLimit } from "./guards/rate_limit.ts";
import { requestFault } from "./guards/request_fault.ts";
import { requestLog } from "./guards/request_log.ts";
import { requestMetrics } from "./guards/request_metrics.ts";
import type { AppEnv } from "./http/app_env.ts";
import { ByteBudget } from "./http/byte_budget.ts";
import { FetchLimit } from "./http/fetch_limit.ts";
import type { Dialect } from "./http/dialect.ts";
import type { AppMetrics } from "./http/metrics.ts";
import { describeProblem, problem, problemOf } from "./http/problem.ts";
import { openInference } from "./open_inference/app.ts";
import { createPage, PAGE_PATHS, pageHeaders } from "./page/app.ts";
import { createReference, REFERENCE_PATHS, referenceHeaders } from "./reference/app.ts";

/** HTTP options of the app, and the models that it serves. */
export interface AppDeps extends AppOptions {
  /** Registry of the models. */
  readonly registry: ModelRegistry;
}

/**
 * Dialects, each with the path prefix of its routes. A dialect serves the same models through
 * another HTTP protocol, with other paths and JSON.
 */
const DIALECTS = Object.entries<Dialect<DetectDeps>>({
  "/v2": openInference,
});

/**
 * Methods that each path allows. A request with another method gets an error with these as the
 * header `Allow`.
 */
const METHODS: readonly (readonly [path: string, allow: string])[] = [
  ["/detect", "POST"],
  ["/models", "GET, HEAD"],
  ["/models/:id", "GET, HEAD"],
  ["/healthz", "GET, HEAD"],
  ["/readyz", "GET, HEAD"],
  ...REFERENCE_PATHS.map((path) => [path, "GET, HEAD"] as const),
  ...DIALECTS.flatMap(([mount, { methods }]) =>
    Object.entries(methods).map(([path, allow]) => [mount + path, allow] as const)
  ),
];

/** Paths that need no API key and have no rate limit, because health checks poll them. */
export const OPEN_PATHS: readonly string[] = [
  "/healthz",
  "/readyz",
  ...DIALECTS.flatMap(([mount, { openPaths }]) => openPaths.map((path) => mount + path)),
];

/** Header fields that only the dialects use. */
const DIALECT_HEADERS = DIALECTS.flatMap(([, { headers }]) => headers);

/**
 * CORS rules: the methods and header fields that web pages of other origins may send, and the
 * response header fields that they may read.
 */
const CORS = {
  allowMethods: ["GET", "HEAD", "POST"],
  allowHeaders: [
    ...["Authorization", "Content-Encoding", "Content-Type", "X-API-Key", "X-Request-Id"],
    ...DIALECT_HEADERS,
  ].sort(),
  exposeHeaders: [
    ...["RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing", "X-Request-Id"],
    ...DIALECT_HEADERS,
  ].sort(),
  maxAge: 600,
};

/**
 * Security header fields of each response. Browsers must not show a response in a frame or load
 * anything that it refers to.
 *
 * Strict-Transport-Security is off: it would force clients to use HTTPS. Only the operator of the
 * server knows if the server answers HTTPS.
 */
const SECURE_HEADERS = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
};

/**
 * Creates the Hono app of the server.
 *
 * The app serves `POST /detect`, `GET /models`, `/models/{id}`, `/healthz` and `/readyz`. Below
 * `/v2`, the app serves the Open Inference Protocol. `GET /` is a page for people.
 *
 * Error responses have the media type `application/problem+json` (RFC 9457) and contain a stable
 * error code. Only the Open Inference Protocol has its own error format.
 *
 * @example
 * ```ts
 * import { ModelRegistry } from "../src/serving/model_registry.ts";
 * import { createApp } from "./app.ts";
 *
 * const load = () => Promise.reject(new Error("There are no models"));
 * const registry = new ModelRegistry({ manifests: [], atStart: [], load });
 * const app = createApp({ registry, maxBytes: 1000, log: console.error });
 * const response = await app.request("/healthz");
 * if (response.status !== 200) throw new Error("/healthz must answer 200 without a model");
 * ```
 */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { registry, maxBytes, log } = deps;
  const app = new Hono<AppEnv>();
  for (const [mount, { errorForm }] of DIALECTS) {
    app.use(`${mount}/*`, (context, next) => {
      context.set("errorForm", errorForm);
      return next();
    });
  }
  guard(app, deps);
  const detectDeps = {
    registry,
    maxBytes,
    bodyTimeoutMs: deps.bodyTimeoutMs ?? 30_000,
    budget: new ByteBudget(deps.bodyMemory ?? 20 * (maxBytes + MAX_OVERHEAD)),
    fetchImage: deps.fetchImage,
    fetchLimit: new FetchLimit(),
  };
  app.post("/detect", (context) => detect(context, detectDeps));
  app.get("/models", (context) => models(context, registry));
  app.get("/models/:id", (context) => context.json(registry.manifest(context.req.param("id"))));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, registry));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  if (deps.metrics) serveMetrics(app, deps.metrics, detectDeps.budget);
  app.route("/", createReference(deps.keys !== undefined));
  for (const [mount, dialect] of DIALECTS) app.route(mount, dialect.createApp(detectDeps));
  if (deps.page !== false) {
    app.route("/", createPage(deps.page));
    app.all("/", (context) => wrongMethod(context, "/", "GET, HEAD"));
  }
  for (const [path, allow] of METHODS) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
  app.notFound(notFound);
  app.onError((error, context) => problemOf(context, error, log));
  return app;
}

/**
 * Adds the middleware that runs before the handlers: request ids, logs, limits and API keys. The
 * order matters.
 */
function guard(app: Hono<AppEnv>, deps: AppDeps): void {
  const { clientAddress = () => undefined, keys, addressRate, keyRate, origins } = deps;
  const pagePaths = deps.page === false ? [] : PAGE_PATHS;
  const open = deps.hasOpenMetrics ? [...OPEN_PATHS, "/metrics"] : OPEN_PATHS;
  const isOpen = isOneOf(open);
  const needsNoKey = isOneOf([...open, ...REFERENCE_PATHS, ...pagePaths]);
  app.use(requestId({ limitLength: 64 }));
  if (deps.metrics) app.use(requestMetrics(deps.metrics));
  if (deps.logRequest) app.use(requestLog(deps.logRequest, clientAddress));
  for (const path of pagePaths) app.use(path, pageHeaders);
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
  if (keys) app.use(except(needsNoKey, apiKeys(keys)));
  if (keyRate) {
    const clientOf = (context: Context<AppEnv>) => context.get("keyName");
    app.use(except(needsNoKey, rateLimit({ ...keyRate, name: "key", clientOf })));
  }
  app.use((context, next) => {
    const key = context.get("keyName");
    const network = () => clientNetwork(clientAddress(context) ?? "unknown");
    context.set("client", key === undefined ? `network ${network()}` : `key ${key}`);
    return next();
  });
}

/**
 * Returns a function that is true for requests of one of the paths. Ignores the path below which
 * another Hono app has mounted this app.
 *
 * @param paths Paths. One that ends in `*` stands for all paths below it.
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

function serveMetrics(app: Hono<AppEnv>, metrics: AppMetrics, budget: ByteBudget): void {
  app.get("/metrics", async (context) => {
    const { text, contentType } = await metrics.read(budget.taken);
    return context.body(text, 200, { "content-type": contentType });
  });
  app.all("/metrics", (context) => wrongMethod(context, "/metrics", "GET, HEAD"));
}

function wrongMethod(context: Context<AppEnv>, path: string, allow: string): Response {
  const detail = `${path} takes ${allow}: the request was ${context.req.method}`;
  return problem(context, "method-not-allowed", detail, { allow });
}

function notFound(context: Context<AppEnv>): Response {
  const dialects = DIALECTS.map(([mount, { name }]) => ` and, for the ${name}, ${mount}`).join("");
  return problem(
    context,
    "not-found",
    `There are POST /detect, GET /models, /models/{id}, /healthz, /readyz${dialects}.`,
  );
}

/** Responds with the default model and a summary of each model. */
function models(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const list = registry.models.map(({ manifest, status }) => ({ ...modelInfo(manifest), status }));
  return context.json({ default: registry.defaultModel, models: list });
}

/**
 * Responds with status 200 if all models that load at the start of the server have loaded and run
 * once, otherwise with 503.
 */
function readiness(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const { unreadiness } = registry;
  return unreadiness === null
    ? context.json({ status: "ready" })
    : problem(context, "model-not-ready", unreadiness);
}
