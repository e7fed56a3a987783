import { type Context, Hono } from "hono";
import { basePath } from "hono/route";
import { modelInfo } from "../src/detect/model_info.ts";
import type { ModelRegistry } from "../src/serving/model_registry.ts";
import type { AppOptions } from "./app_options.ts";
import { detectBatch } from "./detect/batch.ts";
import { CandidateStore } from "./detect/candidate_store.ts";
import { detect } from "./detect/handler.ts";
import { MAX_OVERHEAD } from "./detect/read_upload.ts";
import { select } from "./detect/select.ts";
import { Turns } from "./detect/turns.ts";
import { DIALECTS, enterDialect } from "./dialects.ts";
import { guardApp } from "./guard_app.ts";
import type { AppEnv } from "./http/app_env.ts";
import { ByteBudget } from "./http/byte_budget.ts";
import { FetchLimit } from "./http/fetch_limit.ts";
import type { AppMetrics } from "./http/metrics.ts";
import { describeProblem, problem, problemOf } from "./http/problem.ts";
import { createPage } from "./page/app.ts";
import { notFound, refuseOtherMethods, wrongMethod } from "./paths.ts";
import { createReference } from "./reference/app.ts";

/** HTTP options of the app, and the models that it serves. */
export interface AppDeps extends AppOptions {
  /** Registry of the models. */
  readonly registry: ModelRegistry;
}

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
  guardApp(app, deps);
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
  const selectDeps = { ...detectDeps, turns: new Turns() };
  app.post("/detect/:token", (context) => select(context, selectDeps));
  app.get("/models", (context) => models(context, registry));
  app.get("/models/:id", (context) => context.json(registry.manifest(context.req.param("id"))));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, registry));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  if (deps.metrics) serveMetrics(app, deps.metrics, detectDeps.budget);
  app.route("/", createReference(deps.keys !== undefined));
  for (const [mount, dialect] of DIALECTS) app.route(mount, dialect.createApp(detectDeps));
  if (deps.page !== false) app.route("/", createPage(deps.page));
  refuseOtherMethods(app, deps.page !== false);
  app.notFound(notFound);
  app.onError((error, context) => problemOf(context, error, log));
  return app;
}

function candidateStore({ keepMemory = 8_000_000, keepMs = 300_000 }: AppDeps) {
  if (keepMemory === 0) return undefined;
  return new CandidateStore({ maxBytes: keepMemory, ttlMs: keepMs });
}

function serveMetrics(app: Hono<AppEnv>, metrics: AppMetrics, budget: ByteBudget): void {
  app.get("/metrics", async (context) => {
    const { text, contentType } = await metrics.read(budget.taken);
    return context.body(text, 200, { "content-type": contentType });
  });
  app.all("/metrics", (context) => wrongMethod(context, "/metrics", "GET, HEAD"));
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
