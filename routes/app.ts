import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { DomainError } from "../src/core/domain_error.ts";
import { modelInfo } from "../src/detect/model_info.ts";
import type { ModelShelf } from "../src/detect/model_shelf.ts";
import { detect } from "./detect.ts";
import { describeProblem, problem, problemOf } from "./problem.ts";

/** What the app is made of. */
export interface AppDeps {
  /** Every model that is served. */
  readonly shelf: ModelShelf;
  /** Most bytes of a picture. */
  readonly maxBytes: number;
  /** Where errors go that no client is told of. */
  readonly log: (error: Error) => void;
}

/** What each address takes. */
const METHODS = {
  "/detect": "POST",
  "/models": "GET, HEAD",
  "/models/:id": "GET, HEAD",
  "/healthz": "GET, HEAD",
  "/readyz": "GET, HEAD",
};

/** Room for a form's boundaries and text fields beside the picture. */
const FORM_OVERHEAD = 64 * 1024;

/**
 * The HTTP side of the detector: `POST /detect`, `GET /models`, `/models/{id}`, `/healthz`,
 * `/readyz`.
 *
 * Every error is `application/problem+json` with a stable code.
 *
 * @example
 * ```ts
 * import { ModelShelf } from "../src/detect/model_shelf.ts";
 * import { createApp } from "./app.ts";
 *
 * const load = () => Promise.reject(new Error("there is none"));
 * const shelf = new ModelShelf({ manifests: [], atStart: [], load });
 * const app = createApp({ shelf, maxBytes: 1000, log: console.error });
 * const response = await app.request("/healthz");
 * if (response.status !== 200) throw new Error("an app without models is alive, if not ready");
 * ```
 */
export function createApp({ shelf, maxBytes, log }: AppDeps): Hono {
  const app = new Hono();
  app.post("/detect", limitedTo(maxBytes), (context) => detect(context, shelf));
  app.get("/models", (context) => models(context, shelf));
  app.get("/models/:id", (context) => context.json(shelf.manifest(context.req.param("id"))));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, shelf));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  for (const [path, allow] of Object.entries(METHODS)) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
  app.notFound((context) =>
    problem(
      context,
      "not-found",
      "There are POST /detect, GET /models, /models/{id}, /healthz and /readyz.",
    )
  );
  app.onError((error, context) => problemOf(context, error, log));
  return app;
}

/** Stops reading a body at its limit; what fails in here is the reading, never the handler. */
function limitedTo(maxBytes: number): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: maxBytes + FORM_OVERHEAD,
    onError: (context) => tooManyBytes(context, maxBytes),
  });
  return async (context, next) => {
    try {
      return await limit(context, next);
    } catch {
      throw new DomainError("malformed-request", "Cannot read the body as it broke off");
    }
  };
}

function wrongMethod(context: Context, path: string, allow: string): Response {
  const detail = `${path} takes ${allow}: the request was ${context.req.method}`;
  return problem(context, "method-not-allowed", detail, { allow });
}

function tooManyBytes(context: Context, maxBytes: number): Response {
  const sent = context.req.header("content-length");
  const found = sent === undefined ? "the body is longer" : `the body has ${sent}`;
  return problem(
    context,
    "too-many-bytes",
    `Cannot read image as it must have at most ${maxBytes} bytes: ${found}`,
  );
}

/** What a person would ask of each model; its manifest has the rest. */
function models(context: Context, shelf: ModelShelf): Response {
  const list = shelf.models.map(({ manifest, status }) => ({ ...modelInfo(manifest), status }));
  return context.json({ default: shelf.defaultModel, models: list });
}

/** Ready once every model of the start has loaded and run once; 503 with the reason until then. */
function readiness(context: Context, shelf: ModelShelf): Response {
  const { unreadiness } = shelf;
  return unreadiness === null
    ? context.json({ status: "ready" })
    : problem(context, "model-not-ready", unreadiness);
}
