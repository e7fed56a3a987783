import { type Context, Hono } from "hono";
import type { DetectionBox } from "../../src/ports/detector.ts";
import { roundDetection, serverTiming } from "../detect/format_result.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { refuseEarly } from "../detect/refuse_early.ts";
import { runDetector } from "../detect/run_detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Dialect } from "../http/dialect.ts";
import type { ClientError, ErrorBody } from "../http/error_form.ts";
import { readHuggingFaceRequest } from "./read_request.ts";

/**
 * Routes of the Hugging Face Inference API, task "object-detection". A client uses the URL of this
 * server instead of the name of a model.
 */
export const huggingFace: Dialect<DetectDeps> = {
  name: "Hugging Face Inference API",
  entry: "POST / and /models/{id}",
  methods: { "/": "POST", "/models/:id": "POST" },
  openPaths: [],
  headers: [],
  errorForm: huggingFaceErrorForm,
  createApp,
};

/** Detected object in the format of the Hugging Face Inference API. */
export interface HuggingFaceObject {
  /** Name of the class. */
  readonly label: string;
  /** Confidence, 0 to 1. */
  readonly score: number;
  /** Edges of the box, in whole pixels of the upright image. */
  readonly box: DetectionBox;
}

/**
 * Converts an error to the JSON of the Hugging Face Inference API. Adds the error code of this
 * server and the request id.
 */
function huggingFaceErrorForm({ code, detail, requestId }: ClientError): ErrorBody {
  return { contentType: "application/json", json: { error: detail, code, requestId } };
}

function createApp(deps: DetectDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post("/", (context) => handle(context, deps, deps.registry.defaultModel));
  app.post("/models/:id", (context) => handle(context, deps, context.req.param("id")));
  return app;
}

/** Reads an image and responds with the list of the objects in the image. */
async function handle(
  context: Context<AppEnv>,
  deps: DetectDeps,
  id: string,
): Promise<Response> {
  const { id: model } = deps.registry.manifest(id);
  using lease = deps.budget.lease(context.get("client") ?? "");
  refuseEarly(context, model, deps.registry);
  const { bytes, options } = await readHuggingFaceRequest(context, deps, lease);
  const result = await runDetector(context, deps.registry, model, bytes, options);
  context.header("Server-Timing", serverTiming(result.timing));
  const objects: HuggingFaceObject[] = result.detections.map((detection) => {
    const { label, score, box: { xmin, ymin, xmax, ymax } } = roundDetection(detection);
    const [left, top, right, bottom] = [xmin, ymin, xmax, ymax].map(Math.round) as [
      ...[number, number, number, number],
    ];
    return { label, score, box: { xmin: left, ymin: top, xmax: right, ymax: bottom } };
  });
  return context.json(objects);
}
