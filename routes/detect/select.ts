import type { Context } from "hono";
import { DomainError, goneError } from "../../src/core/domain_error.ts";
import { selectKept } from "../../src/detect/kept_candidates.ts";
import { overlaySvg } from "../../src/draw/overlay_svg.ts";
import type { KeptCandidates } from "../../src/ports/detector.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteBudget } from "../http/byte_budget.ts";
import { MEDIA_TYPES } from "./answer_format.ts";
import { formatDetection } from "./format_result.ts";
import type { KeepDeps } from "./keep.ts";
import type { RequestOptions } from "./options.ts";
import { readSelectOptions } from "./read_select.ts";
import type { Turns } from "./turns.ts";

/** Dependencies of {@linkcode select}. */
export interface SelectDeps extends KeepDeps {
  /** Models that the app serves. */
  readonly registry: Pick<ModelRegistry, "manifest">;
  /** Limit on the memory for the bodies of all requests together. */
  readonly budget: ByteBudget;
  /** Maximum milliseconds for reading the body of a request. */
  readonly bodyTimeoutMs: number;
  /** Turns of the requests with a token. */
  readonly turns: Turns;
}

/**
 * Handles `POST /detect/{token}`: selects detections from the candidates of an earlier request, with
 * other options. The model does not run again.
 *
 * The server thread does this work. A token has at most 2048 candidates, so it takes milliseconds,
 * and at most one request with a token has a turn before others are answered.
 */
export async function select(context: Context<AppEnv>, deps: SelectDeps): Promise<Response> {
  using lease = deps.budget.lease(context.get("client") ?? "");
  const kept = deps.store?.get(context.req.param("token") ?? "", context.get("keyName"));
  if (kept === undefined) throw unknownToken(deps);
  const options = await readSelectOptions(context, deps, lease);
  const { boxes, normalized, format = "json", overlay, model, ...rest } = options;
  checkModel(kept, model);
  checkFormat({ format, overlay });
  const { detections, ms } = await deps.turns.run(context.get("client") ?? "", () => {
    if (context.req.raw.signal.aborted) throw goneError();
    const started = performance.now();
    const detections = selectKept(kept, deps.registry.manifest(kept.model), rest);
    return { detections, ms: performance.now() - started };
  });
  context.header("Server-Timing", `postprocess;dur=${ms.toFixed(2)}`);
  const image = kept.plan.source;
  if (format === "svg") {
    return context.body(overlaySvg(image, detections), 200, { "content-type": MEDIA_TYPES.svg });
  }
  return context.json({
    model: kept.model,
    image,
    detections: detections.map((each) => formatDetection(each, image, { boxes, normalized })),
    minScore: kept.minScore,
  });
}

/**
 * Returns the error for a token without candidates. The error is the same for a token that never
 * existed, that has expired, and that another API key made, so that nobody can probe for tokens.
 */
function unknownToken({ store }: KeepDeps): DomainError {
  const seconds = Math.round((store?.ttlMs ?? 0) / 1000);
  return new DomainError(
    "unknown-token",
    store === undefined
      ? "Cannot select as this server keeps no candidates. Send the image to POST /detect"
      : `Cannot select as the token is not known here. A token works for ${seconds} s, or until ` +
        "the server needs its memory, on the server instance and with the API key that made it. " +
        "Send the image to POST /detect with keep=true again",
  );
}

function checkModel(kept: KeptCandidates, model: string | undefined): void {
  if (model === undefined || model === kept.model) return;
  throw new DomainError(
    "invalid-option",
    `Cannot select with another "model" as the candidates are of "${kept.model}": ` +
      "leave it out",
  );
}

/** Refuses drawings that contain the image, because the server does not keep the image. */
function checkFormat({ format, overlay = false }: Pick<RequestOptions, "format" | "overlay">) {
  if (format === "json" && !overlay || format === "svg" && overlay) return;
  throw new DomainError(
    "invalid-option",
    'Cannot select with this "format" as the image is not kept: it must be json, or svg with ' +
      `overlay=true. Current value is ${format}, overlay=${overlay}`,
  );
}
