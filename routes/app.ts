import { type Context, Hono, type MiddlewareHandler } from "hono";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { basePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { modelInfo } from "../src/detect/model_info.ts";
import type { ModelRegistry } from "../src/serving/model_registry.ts";
import type { AppOptions } from "./app_options.ts";
import { detectBatch } from "./detect/batch.ts";
import { CandidateStore } from "./detect/candidate_store.ts";
import { detect, type DetectDeps } from "./detect/handler.ts";
import { MAX_OVERHEAD } from "./detect/read_upload.ts";
import { select } from "./detect/select.ts";
import { apiKeys } from "./guards/api_keys.ts";
import { clientNetwork } from "./guards/client_address.ts";
import { headerLimit } from "./guards/header_limit.ts";
import { rateLimit } from "./guards/rate_limit.ts";
import { requestFault } from "./guards/request_fault.ts";
import { requestLog } from "./guards/request_log.ts";
import { requestMetrics } from "./guards/request_metrics.ts";
import { requestTrace } from "./guards/request_trace.ts";
import type { AppEnv } from "./http/app_env.ts";
import { ByteBudget } from "./http/byte_budget.ts";
import { FetchLimit } from "./http/fetch_limit.ts";
import type { Dialect } from "./http/dialect.ts";
import type { AppMetrics } from "./http/metrics.ts";
import { describeProblem, problem, problemOf } from "./http/problem.ts";
import { coco } from "./coco/app.ts";
import { huggingFace } from "./hugging_face/app.ts";
import { openInference } from "./open_inference/app.ts";
import { createPage, PAGE_PATHS, pageHeaders } from "./page/app.ts";
import { roboflow } from "./roboflow/app.ts";
import { vision } from "./vision/app.ts";
import { createReference, REFERENCE_PATHS, referenceHeaders } from "./reference/app.ts";

/** HTTP options of the app, and the models that it serves. */
export interface AppDeps extends AppOptions {
  /** Registry of the models. */
  readonly registry: ModelRegistry;
}

/**
 * Dialects, each with the path prefix of its routes. A dialect serves the models of this app
 * through the HTTP API of another product, with its paths and JSON.
 */
const DIALECTS: readonly (readonly [mount: string, dialect: Dialect<DetectDeps>])[] = [
  ["/v2", openInference],
  ["/", huggingFace],
  ["/", roboflow],
  ["/", vision],
  ["/", coco],
];

/**
 * HTTP methods that each path allows. The error response to any other method lists the allowed
 * methods in its header `Allow`. A path may be in the list more than once.
 */
const METHODS: readonly (readonly [path: string, allow: string])[] = [
  ["/detect", "POST"],
  ["/detect/batch", "POST"],
  ["/detect/:token", "POST"],
  ["/models", "GET, HEAD"],
  ["/models/:id", "GET, HEAD"],
  ["/healthz", "GET, HEAD"],
  ["/readyz", "GET, HEAD"],
  ...REFERENCE_PATHS.map((path) => [path, "GET, HEAD"] as const),
  ...DIALECTS.flatMap(([mount, { methods }]) =>
    Object.entries(methods).map(([path, allow]) => [below(mount, path), allow] as const)
  ),
];

/** Paths that need no API key and have no rate limit, because health checks poll them. */
export const OPEN_PATHS: readonly string[] = [
  "/healthz",
  "/readyz",
  ...DIALECTS.flatMap(([mount, { openPaths }]) => openPaths.map((path) => below(mount, path))),
];

/** Header fields that only the dialects (routes of other HTTP protocols) use. */
const DIALECT_HEADERS = DIALECTS.flatMap(([, { headers }]) => headers);

/**
 * CORS rules for web pages of other origins. The rules list the methods and header fields that such
 * pages may send. They also list the header fields of responses that scripts of such pages may
 * read.
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
 * Creates the Hono app of the server.
 *
 * The app serves `POST /detect`, `GET /models`, `/models/{id}`, `/healthz` and `/readyz`. Below
 * `/v2`, the app serves the Open Inference Protocol. Further dialects (routes of other protocols)
 * serve the clients of Hugging Face, Roboflow and Google Cloud Vision, and respond with COCO
 * results. `GET /` responds with a web page for people.
 *
 * Error responses have the media type `application/problem+json` (RFC 9457) and contain a stable
 * error code. Each dialect has its own error format.
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
  app.use((context, next) => {
    context.set("mountPath", (deps.mountPath ?? basePath(context)).replace(/\/+$/, ""));
    return next();
  });
  for (const [mount, dialect] of DIALECTS) enterDialect(app, mount, dialect);
  guard(app, deps);
  const detectDeps = {
    registry,
    maxBytes,
    bodyTimeoutMs: deps.bodyTimeoutMs ?? 30_000,
    budget: new ByteBudget(deps.bodyMemory ?? 10 * (maxBytes + MAX_OVERHEAD)),
    maxDrawingSide: deps.maxDrawingSide ?? 6000,
    maxBatch: deps.maxBatch ?? 100,
    maxBatchBytes: deps.maxBatchBytes ?? 4 * maxBytes,
    log,
    store: candidateStore(deps),
    fetchImage: deps.fetchImage,
    fetchLimit: new FetchLimit(),
  };
  app.post("/detect", (context) => detect(context, detectDeps));
  app.post("/detect/batch", (context) => detectBatch(context, detectDeps));
  app.post("/detect/:token", (context) => select(context, detectDeps));
  app.get("/models", (context) => models(context, registry));
  app.get("/models/:id", (context) => context.json(registry.manifest(context.req.param("id"))));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, registry));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  if (deps.metrics) serveMetrics(app, deps.metrics, detectDeps.budget);
  app.route("/", createReference(deps.keys !== undefined));
  for (const [mount, dialect] of DIALECTS) app.route(mount, dialect.createApp(detectDeps));
  if (deps.page !== false) app.route("/", createPage(deps.page));
  for (const [path, allow] of allowedMethods(deps.page !== false)) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
  app.notFound(notFound);
  app.onError((error, context) => problemOf(context, error, log));
  return app;
}

function candidateStore({ keepMemory = 8_000_000, keepMs = 300_000 }: AppDeps) {
  if (keepMemory === 0) return undefined;
  return new CandidateStore({ maxBytes: keepMemory, ttlMs: keepMs });
}

/**
 * Prepares each request to the routes of a dialect (the HTTP API of another product). Stores the
 * function that builds error responses, and the places where clients of the dialect send API keys.
 */
function enterDialect(app: Hono<AppEnv>, mount: string, dialect: Dialect<DetectDeps>): void {
  const { errorForm, keyPlaces, methods } = dialect;
  const enter: MiddlewareHandler<AppEnv> = (context, next) => {
    context.set("errorForm", errorForm);
    if (keyPlaces) context.set("keyPlaces", keyPlaces);
    return next();
  };
  if (mount !== "/") return void app.use(`${mount}/*`, enter);
  for (const [path, allow] of Object.entries(methods)) {
    // Hono handles HEAD as GET.
    app.on(allow.split(", ").filter((method) => method !== "HEAD"), path, enter);
  }
}

/**
 * Adds the middleware that runs before the handlers: request ids, logs, limits and API keys. The
 * order of the steps matters: for example, the rate limit of an API key needs the result of the key
 * check.
 */
function guard(app: Hono<AppEnv>, deps: AppDeps): void {
  const { clientAddress = () => undefined, keys, addressRate, keyRate, origins } = deps;
  const pagePaths = deps.page === false ? [] : PAGE_PATHS;
  const open = deps.hasOpenMetrics ? [...OPEN_PATHS, "/metrics"] : OPEN_PATHS;
  const isOpen = isOneOf(open);
  const isPage = isOneOf([...REFERENCE_PATHS, ...pagePaths]);
  const needsNoKey = (context: Context) =>
    isOpen(context) || (/^(GET|HEAD)$/.test(context.req.method) && isPage(context));
  app.use(requestId({ limitLength: 64 }));
  app.use(except(isOneOf([...OPEN_PATHS, "/metrics"]), requestTrace()));
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

function serveMetrics(app: Hono<AppEnv>, metrics: AppMetrics, budget: ByteBudget): void {
  app.get("/metrics", async (context) => {
    const { text, contentType } = await metrics.read(budget.taken);
    return context.body(text, 200, { "content-type": contentType });
  });
  app.all("/metrics", (context) => wrongMethod(context, "/metrics", "GET, HEAD"));
}

/**
 * Returns each path with the methods that it allows, as one text. Leaves out `/` if there is no web
 * page. Also leaves out paths that begin with a parameter, because such a pattern matches any path.
 */
function allowedMethods(hasPage: boolean): [path: string, allow: string][] {
  const all = hasPage ? [["/", "GET, HEAD"] as const, ...METHODS] : METHODS;
  const named = all.filter(([path]) => hasPage || path !== "/");
  return [...Map.groupBy(named, ([path]) => path)].map(([path, entries]) => [
    path,
    entries.map(([, allow]) => allow).join(", "),
  ]);
}

/** Joins the path prefix of a dialect and a path of the dialect. */
function below(mount: string, path: string): string {
  return mount === "/" ? path : mount + path;
}

function wrongMethod(context: Context<AppEnv>, path: string, allow: string): Response {
  const detail = `${path} takes ${allow}: the request was ${context.req.method}`;
  return problem(context, "method-not-allowed", detail, { allow });
}

function notFound(context: Context<AppEnv>): Response {
  const dialects = DIALECTS.map(([, { name, entry }]) => ` and, for the ${name}, ${entry}`).join(
    "",
  );
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
 * once. Responds with 503 until then.
 */
function readiness(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const { unreadiness } = registry;
  return unreadiness === null
    ? context.json({ status: "ready" })
    : problem(context, "model-not-ready", unreadiness);
}
