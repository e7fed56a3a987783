import { type Context, Hono } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import { VERSION } from "../../src/core/version.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { DetectDeps } from "../detect/handler.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Dialect } from "../http/dialect.ts";
import { inferenceErrorForm } from "./error_form.ts";
import { infer } from "./infer.ts";
import { MODEL_VERSION, modelConfig, modelMetadata } from "./model_metadata.ts";
import { requestedModel } from "./requested_model.ts";

const GET = "GET, HEAD";

/** Routes, header fields and errors of the Open Inference Protocol, version 2. */
export const openInference: Dialect<DetectDeps> = {
  name: "Open Inference Protocol",
  entry: "/v2",
  methods: {
    "": GET,
    "/health/live": GET,
    "/health/ready": GET,
    "/models/:name": GET,
    "/models/:name/ready": GET,
    "/models/:name/config": GET,
    "/models/:name/infer": "POST",
    "/models/:name/versions/:version": GET,
    "/models/:name/versions/:version/ready": GET,
    "/models/:name/versions/:version/config": GET,
    "/models/:name/versions/:version/infer": "POST",
    "/repository/index": "POST",
  },
  openPaths: [],
  healthPaths: ["/health/live", "/health/ready"],
  headers: ["Inference-Header-Content-Length"],
  errorForm: inferenceErrorForm,
  createApp,
};

/** Server metadata that `GET /v2` returns. */
const SERVER = { name: "retinanet-edge", version: VERSION, extensions: ["binary_tensor_data"] };

function createApp(deps: DetectDeps): Hono<AppEnv> {
  const { registry } = deps;
  const app = new Hono<AppEnv>();
  app.get("/", (context) => context.json(SERVER));
  app.get("/health/live", (context) => context.json({ live: true }));
  app.get("/health/ready", (context) => {
    if (registry.unreadiness === null) return context.json({ ready: true });
    throw new DomainError("model-not-ready", registry.unreadiness);
  });
  for (const path of ["/models/:name", "/models/:name/versions/:version"]) {
    app.get(path, (context) => context.json(modelMetadata(requestedModel(context, registry))));
    app.get(
      `${path}/config`,
      (context) => context.json(modelConfig(requestedModel(context, registry))),
    );
    app.get(`${path}/ready`, (context) => modelReadiness(context, registry));
    app.post(`${path}/infer`, (context) => infer(context, deps));
  }
  app.post("/repository/index", (context) => context.json(index(registry)));
  return app;
}

/**
 * Responds with status 200 if a model is ready. A model that is not loaded yet also counts as
 * ready, because the first request loads the model.
 */
function modelReadiness(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const { id } = requestedModel(context, registry);
  const why = unreadiness(id, registry);
  if (why === null) return context.json({ name: id, ready: true });
  throw new DomainError("model-not-ready", `Model "${id}" is not ready: ${why}`);
}

/** Returns the reason why a model cannot answer requests, or null if the model is ready. */
function unreadiness(id: string, registry: ModelRegistry): string | null {
  const state = registry.state(id);
  switch (state?.status) {
    case undefined:
      return null;
    case "loading":
      return "it is still loading";
    case "failed":
      return state.error.message;
    case "ready":
      return state.detector.unreadiness?.() ?? null;
  }
}

/**
 * Lists the models, as the model repository extension of the Open Inference Protocol defines it.
 * The commands to load and unload models are not supported.
 */
function index(registry: ModelRegistry) {
  return registry.models.map(({ manifest: { id } }) => {
    const reason = unreadiness(id, registry);
    const state = reason === null ? "READY" : "UNAVAILABLE";
    return { name: id, version: MODEL_VERSION, state, reason: reason ?? "" };
  });
}
