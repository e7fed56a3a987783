import { type Context, Hono } from "hono";
import { except } from "hono/combine";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { basePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { modelInfo } from "../src/detect/model_info.ts";
import type { ModelRegistry } from "../src/serving/model_registry.ts";
import { apiKeys } from "./guards/api_keys.ts";
import type { AppEnv } from "./http/app_env.ts";
import { ByteBudget } from "./http/byte_budget.ts";
import { clientNetwork } from "./guards/client_address.ts";
import { detect } from "./detect/handler.ts";
import { headerLimit } from "./guards/header_limit.ts";
import type { AppOptions } from "./app_options.ts";
import { describeProblem, problem, problemOf } from "./http/problem.ts";
import { OVERHEAD } from "./detect/read_upload.ts";
import { rateLimit } from "./guards/rate_limit.ts";
import { requestLog } from "./guards/request_log.ts";
import { OPEN_INFERENCE_METHODS, openInference } from "./open_inference/app.ts";

/** What the app is made of. */
export interface AppDeps extends AppOptions {
  /** Every model that is served. */
  readonly registry: ModelRegistry;
}

/** What answers without a key and uncounted: whoever watches the server asks often. */
const OPEN = ["/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"];

/** What a page of another origin may send, and what it may see of an answer. */
const CORS = {
  allowMethods: ["GET", "HEAD", "POST"],
  allowHeaders: [
    ...["Authorization", "Content-Type", "Inference-Header-Content-Length"],
    ...["X-API-Key", "X-Request-Id"],
  ],
  exposeHeaders: [
    ...["Inference-Header-Content-Length", "RateLimit", "RateLimit-Policy", "Retry-After"],
    ...["Server-Timing", "X-Request-Id"],
  ],
  maxAge: 600,
};

/**
 * Answers are data, never pages. That all must be encrypted is for whoever has the certificate to
 * promise, so there is no Strict-Transport-Security.
 */
const SECURE_HEADERS = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: false,
  xFrameOptions: "DENY",
};

/** What each address takes. */
const METHODS = {
  "/detect": "POST",
  "/models": "GET, HEAD",
  "/models/:id": "GET, HEAD",
  "/healthz": "GET, HEAD",
  "/readyz": "GET, HEAD",
  ...OPEN_INFERENCE_METHODS,
};

/**
 * The HTTP side of the detector: `POST /detect`, `GET /models`, `/models/{id}`, `/healthz`,
 * `/readyz`, and the Open Inference Protocol below `/v2`.
 *
 * Every error is `application/problem+json` with a stable code; below `/v2` it is JSON with `error`
 * and the same code.
 *
 * @example
 * ```ts
 * import { ModelRegistry } from "../src/serving/model_registry.ts";
 * import { createApp } from "./app.ts";
 *
 * const load = () => Promise.reject(new Error("there is none"));
 * const registry = new ModelRegistry({ manifests: [], atStart: [], load });
 * const app = createApp({ registry, maxBytes: 1000, log: console.error });
 * const response = await app.request("/healthz");
 * if (response.status !== 200) throw new Error("an app without models is alive, if not ready");
 * ```
 */
export function createApp(deps: AppDeps): Hono<AppEnv> {
  const { registry, maxBytes, log } = deps;
  const app = new Hono<AppEnv>();
  app.use("/v2/*", (context, next) => {
    context.set("isOpenInference", true);
    return next();
  });
  guard(app, deps);
  const upload = {
    registry,
    maxBytes,
    bodyTimeoutMs: deps.bodyTimeoutMs ?? 30_000,
    budget: new ByteBudget(deps.bodyMemory ?? 20 * (maxBytes + OVERHEAD)),
    fetchImage: deps.fetchImage,
  };
  app.post("/detect", (context) => detect(context, upload));
  app.get("/models", (context) => models(context, registry));
  app.get("/models/:id", (context) => context.json(registry.manifest(context.req.param("id"))));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, registry));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  app.route("/v2", openInference(upload));
  for (const [path, allow] of Object.entries(METHODS)) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
  app.notFound((context) =>
    problem(
      context,
      "not-found",
      "There are POST /detect, GET /models, /models/{id}, /healthz, /readyz and, for the Open " +
        "Inference Protocol, /v2.",
    )
  );
  app.onError((error, context) => problemOf(context, error, log));
  return app;
}

/** What every request passes before anything looks at its body, in this order. */
function guard(app: Hono<AppEnv>, deps: AppDeps): void {
  const { clientAddress = () => undefined, keys, addressRate, keyRate, origins } = deps;
  app.use(requestId({ limitLength: 64 }));
  if (deps.logRequest) app.use(requestLog(deps.logRequest, clientAddress));
  app.use(secureHeaders(SECURE_HEADERS));
  if (origins) app.use(cors({ ...CORS, origin: origins.includes("*") ? "*" : [...origins] }));
  app.use(headerLimit(deps.maxHeaders ?? 100));
  if (addressRate) {
    const clientOf = (context: Context<AppEnv>) =>
      clientNetwork(clientAddress(context) ?? "unknown");
    app.use(except(isOpen, rateLimit({ ...addressRate, name: "address", clientOf })));
  }
  if (keys) app.use(except(isOpen, apiKeys(keys)));
  if (keyRate) {
    const clientOf = (context: Context<AppEnv>) => context.get("keyName");
    app.use(except(isOpen, rateLimit({ ...keyRate, name: "key", clientOf })));
  }
}

/** Wherever the app is mounted. */
function isOpen(context: Context): boolean {
  const mount = basePath(context).replace(/\/$/, "");
  return OPEN.includes(context.req.path.slice(mount.length));
}

function wrongMethod(context: Context<AppEnv>, path: string, allow: string): Response {
  const detail = `${path} takes ${allow}: the request was ${context.req.method}`;
  return problem(context, "method-not-allowed", detail, { allow });
}

/** What a person would ask of each model; its manifest has the rest. */
function models(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const list = registry.models.map(({ manifest, status }) => ({ ...modelInfo(manifest), status }));
  return context.json({ default: registry.defaultModel, models: list });
}

/** Ready once every model of the start has loaded and run once; 503 with the reason until then. */
function readiness(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const { unreadiness } = registry;
  return unreadiness === null
    ? context.json({ status: "ready" })
    : problem(context, "model-not-ready", unreadiness);
}
