import { type Context, Hono } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import { VERSION } from "../../src/core/version.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { askedModel } from "./asked_model.ts";
import { infer } from "./infer.ts";
import { MODEL_VERSION, modelMetadata } from "./model_metadata.ts";

const GET = "GET, HEAD";

/** What each address of the protocol takes. */
export const OPEN_INFERENCE_METHODS = {
  "/v2": GET,
  "/v2/health/live": GET,
  "/v2/health/ready": GET,
  "/v2/models/:name": GET,
  "/v2/models/:name/ready": GET,
  "/v2/models/:name/infer": "POST",
  "/v2/models/:name/versions/:version": GET,
  "/v2/models/:name/versions/:version/ready": GET,
  "/v2/models/:name/versions/:version/infer": "POST",
  "/v2/repository/index": "POST",
};

/** What `GET /v2` tells of the server; the version is the project's. */
const SERVER = { name: "retinanet-edge", version: VERSION, extensions: ["binary_tensor_data"] };

/** The Open Inference Protocol, version 2, over REST; its paths are below `/v2`. */
export function openInference(deps: DetectDeps): Hono<AppEnv> {
  const { registry } = deps;
  const app = new Hono<AppEnv>();
  app.get("/", (context) => context.json(SERVER));
  app.get("/health/live", (context) => context.json({ live: true }));
  app.get("/health/ready", (context) => {
    if (registry.unreadiness === null) return context.json({ ready: true });
    throw new DomainError("model-not-ready", registry.unreadiness);
  });
  for (const path of ["/models/:name", "/models/:name/versions/:version"]) {
    app.get(path, (context) => context.json(modelMetadata(askedModel(context, registry))));
    app.get(`${path}/ready`, (context) => modelReadiness(context, registry));
    app.post(`${path}/infer`, (context) => infer(context, deps));
  }
  app.post("/repository/index", (context) => context.json(index(registry)));
  return app;
}

/** Ready is whatever can be asked; a model that waits for its first use loads then. */
function modelReadiness(context: Context<AppEnv>, registry: ModelRegistry): Response {
  const { id } = askedModel(context, registry);
  const why = unreadiness(id, registry);
  if (why === null) return context.json({ name: id, ready: true });
  throw new DomainError("model-not-ready", `Model "${id}" is not ready: ${why}`);
}

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

/** Of the model repository extension what needs no rights: the list. */
function index(registry: ModelRegistry) {
  return registry.models.map(({ manifest: { id } }) => {
    const reason = unreadiness(id, registry);
    const state = reason === null ? "READY" : "UNAVAILABLE";
    return { name: id, version: MODEL_VERSION, state, reason: reason ?? "" };
  });
}
