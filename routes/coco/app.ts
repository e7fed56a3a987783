import { type Context, Hono } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectResult } from "../../src/ports/detector.ts";
import { roundDetection, serverTiming } from "../detect/format_result.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { withoutForm } from "../detect/options.ts";
import { readUpload } from "../detect/read_upload.ts";
import { refuseEarly } from "../detect/refuse_early.ts";
import { runDetector } from "../detect/run_detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Dialect } from "../http/dialect.ts";
import { problemForm } from "../http/error_form.ts";
import { shorten } from "../http/problem.ts";

/**
 * Routes that respond with COCO results, the format that evaluation tools such as pycocotools read.
 */
export const coco: Dialect<DetectDeps> = {
  name: "COCO result format",
  entry: "/coco/images/{id}",
  methods: { "/coco/images/:id": "POST" },
  openPaths: [],
  headers: [],
  errorForm: problemForm,
  createApp,
};

/** Detected object as a COCO result (COCO, "Results Format"). */
export interface CocoResult {
  /** Id of the image, which the client sends in the path of the request. */
  readonly image_id: number;
  /** Class id of the model. */
  readonly category_id: number;
  /** Left edge, top edge, width and height, in pixels of the upright image. */
  readonly bbox: readonly [x: number, y: number, width: number, height: number];
  /** Confidence, 0 to 1. */
  readonly score: number;
}

function createApp(deps: DetectDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post("/coco/images/:id", (context) => handle(context, deps));
  return app;
}

/** Reads the image as `POST /detect` does, and responds with the detections as COCO results. */
async function handle(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { registry } = deps;
  const imageId = imageIdOf(context.req.param("id") ?? "");
  using lease = deps.budget.lease(context.get("client") ?? "");
  const named = context.req.query("model");
  if (named !== undefined || registry.models.length === 1) {
    refuseEarly(context, named ?? registry.defaultModel, registry);
  }
  const { bytes, options } = await readUpload(context, deps, lease);
  const { model = registry.defaultModel, ...detectOptions } = withoutForm(options);
  const result = await runDetector(context, registry, model, bytes, detectOptions);
  context.header("Server-Timing", serverTiming(result.timing));
  return context.json(cocoResults(imageId, result));
}

/**
 * Reads the id of an image.
 *
 * @throws {DomainError} `invalid-option` if the id is not a whole number.
 */
function imageIdOf(text: string): number {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(id)) return id;
  throw new DomainError(
    "invalid-option",
    `Cannot detect as the id of the image must be a whole number from 0 to 2^53 - 1: ` +
      `current value is "${shorten(text)}"`,
  );
}

/** Converts the detections of one image to COCO results. */
export function cocoResults(image_id: number, { detections }: DetectResult): CocoResult[] {
  return detections.map((detection) => {
    const { classId, score, box: { xmin, ymin, xmax, ymax } } = roundDetection(detection);
    const [width, height] = [xmax - xmin, ymax - ymin].map((side) => Number(side.toFixed(2)));
    return { image_id, category_id: classId, bbox: [xmin, ymin, width!, height!], score };
  });
}
