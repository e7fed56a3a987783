import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { DomainError } from "../src/core/domain_error.ts";
import type { DetectorSlot } from "../src/detect/detector_slot.ts";
import { detect } from "./detect.ts";
import { describeProblem, problem, problemOf } from "./problem.ts";

/** What the app is made of. */
export interface AppDeps {
  /** Every model that is served, by id; the first is the default. */
  readonly slots: ReadonlyMap<string, DetectorSlot>;
  /** Most bytes of a picture. */
  readonly maxBytes: number;
  /** Where errors go that no client is told of. */
  readonly log: (error: Error) => void;
}

/** What each address takes. */
const METHODS = {
  "/detect": "POST",
  "/models": "GET, HEAD",
  "/healthz": "GET, HEAD",
  "/readyz": "GET, HEAD",
};

/** Room for a form's boundaries and text fields beside the picture. */
const FORM_OVERHEAD = 64 * 1024;

/**
 * The HTTP side of the detector: `POST /detect`, `GET /models`, `/healthz`, `/readyz`.
 *
 * Every error is `application/problem+json` with a stable code.
 *
 * @example
 * ```ts
 * import { createApp } from "./app.ts";
 *
 * const app = createApp({ slots: new Map(), maxBytes: 1000, log: console.error });
 * const response = await app.request("/healthz");
 * if (response.status !== 200) throw new Error("an app without models is alive, if not ready");
 * ```
 */
export function createApp({ slots, maxBytes, log }: AppDeps): Hono {
  const app = new Hono();
  const [defaultModel = ""] = slots.keys();
  app.post("/detect", limitedTo(maxBytes), (context) => detect(context, slots, defaultModel));
  app.get("/models", (context) => models(context, slots, defaultModel));
  app.get("/healthz", (context) => context.json({ status: "alive" }));
  app.get("/readyz", (context) => readiness(context, slots));
  app.get("/problems/:code", (context) => describeProblem(context, context.req.param("code")));
  for (const [path, allow] of Object.entries(METHODS)) {
    app.all(path, (context) => wrongMethod(context, path, allow));
  }
  app.notFound((context) =>
    problem(context, "not-found", "There are POST /detect, GET /models, /healthz and /readyz.")
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

function models(
  context: Context,
  slots: ReadonlyMap<string, DetectorSlot>,
  defaultModel: string,
): Response {
  const ready = [...slots.values()].flatMap(({ state }) =>
    state.status === "ready" ? [state.detector.model] : []
  );
  return context.json({ default: defaultModel, models: ready });
}

/** Ready once every model has loaded and run once; 503 with the reason until then. */
function readiness(context: Context, slots: ReadonlyMap<string, DetectorSlot>): Response {
  for (const { id, state } of slots.values()) {
    if (state.status === "ready") continue;
    const why = state.status === "loading" ? "it is still loading" : state.reason;
    return problem(context, "model-not-ready", `Model "${id}" is not ready: ${why}`);
  }
  return context.json({ status: "ready" });
}
