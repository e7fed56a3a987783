import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { overlaySvg } from "../../src/draw/overlay_svg.ts";
import { photoSvgParts } from "../../src/draw/photo_svg.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { DetectOptions, DetectResult } from "../../src/ports/detector.ts";
import type { DrawRequest } from "../../src/ports/drawing.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget, ByteLease } from "../http/byte_budget.ts";
import { leasedBody, partsOf } from "../http/leased_body.ts";
import { problem } from "../http/problem.ts";
import { MEDIA_TYPES } from "./answer_format.ts";
import { serverTiming } from "./format_result.ts";
import { traceDetection } from "./trace_detection.ts";

/**
 * Responds with a PNG or JPEG of the detections. The detector draws the image, so decoding and
 * encoding do not block the thread of the server. The request waits in the queue of the detector
 * twice: once for the detection and once for the drawing.
 *
 * @throws {HTTPException} The response 406 if the detector cannot draw.
 * @throws {DomainError} The errors of the detector.
 */
export async function respondDrawing(
  context: Context<AppEnv>,
  { registry, budget }: {
    readonly registry: Pick<ModelRegistry, "use">;
    readonly budget: ByteBudget;
  },
  model: string,
  image: Uint8Array,
  options: DetectOptions,
  request: Omit<DrawRequest, "detections">,
): Promise<Response> {
  const client = context.get("client") ?? "";
  const { signal } = context.req.raw;
  const { timing, drawing } = await registry.use(model, async (detector) => {
    if (detector.draw === undefined) throw cannotDraw(context);
    const trace = context.get("trace");
    const { detections, timing } = await traceDetection(
      trace,
      model,
      (onStarted) => detector.detect(image, options, { signal, client, onStarted }),
    );
    const start = performance.now();
    const drawing = await detector.draw(image, { ...request, detections }, { signal, client });
    trace?.record({ name: "draw", start, end: performance.now() });
    return { timing, drawing };
  });
  const { bytes, ms } = drawing;
  const lease = budget.lease(client);
  lease.take(bytes.length);
  return context.body(leasedBody(partsOf(bytes), lease, signal), 200, {
    "content-type": MEDIA_TYPES[request.format],
    "content-length": String(bytes.length),
    "server-timing": `${serverTiming(timing)}, draw;dur=${ms.toFixed(2)}`,
  });
}

/**
 * Responds with an SVG of the detections. The background is the image, or transparent.
 *
 * @param lease Part of the memory budget that the image takes. If the SVG contains the image, the
 *   response takes over this part, because the image is still needed.
 */
export function respondSvg(
  context: Context<AppEnv>,
  bytes: Uint8Array,
  { image, detections }: DetectResult,
  isOverlay: boolean,
  lease: ByteLease,
): Response {
  const headers = { "content-type": MEDIA_TYPES.svg };
  if (isOverlay) return context.body(overlaySvg(image, detections), 200, headers);
  const { length, parts } = photoSvgParts(bytes, readHeader(bytes).format, image, detections);
  // The image is encoded while the client reads. Its bytes stay in memory until the client has read
  // the whole SVG.
  return context.body(leasedBody(parts, lease.moved(), context.req.raw.signal), 200, {
    ...headers,
    "content-length": String(length),
  });
}

function cannotDraw(context: Context<AppEnv>): HTTPException {
  const detail = "Cannot draw as this server has no encoder of PNG and JPEG. Ask for " +
    "image/svg+xml or application/json.";
  return new HTTPException(406, { res: problem(context, "not-acceptable", detail) });
}
