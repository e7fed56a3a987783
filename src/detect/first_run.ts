import { createResizePlan, type ResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { RunCost } from "../ports/detector.ts";
import type { Tensor } from "../ports/session.ts";
import { feedsOf } from "./feeds.ts";
import type { LoadedModel } from "./load_model.ts";
import { postprocess } from "./postprocess.ts";
import { emptyInput } from "./preprocess.ts";
import { resolveOptions } from "./resolve_options.ts";

/** Outputs of the run of a model on an empty image, and the cost of the run. */
interface EmptyRun {
  /** Outputs of the graph. The key is the name of an output. */
  readonly outputs: Record<string, Tensor>;
  readonly cost: RunCost;
}

/** Size of an empty image. */
const SQUARE: Size = { width: 64, height: 64 };
/** Size of an empty image that most resize rules give a smaller input. */
const WIDE: Size = { width: 1024, height: 64 };

/**
 * Runs a model on an empty image and checks the outputs.
 *
 * @returns Outputs of the graph. The key is the name of an output.
 * @throws {DomainError} `graph-mismatch`, if the outputs do not match the manifest.
 */
export async function warmUp(loaded: LoadedModel): Promise<Record<string, Tensor>> {
  return (await runEmpty(loaded, planOf(loaded.manifest, SQUARE))).outputs;
}

/**
 * Runs a model on an empty image whose input is as small as the model allows, and checks the
 * outputs. The first request of a server waits for this run.
 *
 * @throws {DomainError} `graph-mismatch`, if the outputs do not match the manifest.
 */
export async function briefRun(loaded: LoadedModel): Promise<RunCost> {
  const { manifest } = loaded;
  const square = planOf(manifest, SQUARE);
  try {
    const wide = planOf(manifest, WIDE);
    if (area(wide) < area(square)) return (await runEmpty(loaded, wide)).cost;
  } catch {
    // The graph accepts only some sizes, or the rule has no size for an image so wide.
  }
  return (await runEmpty(loaded, square)).cost;
}

function planOf({ resize, pad }: Manifest, size: Size): ResizePlan {
  return createResizePlan(size, resize, pad);
}

function area({ input }: ResizePlan): number {
  return input.width * input.height;
}

async function runEmpty({ manifest, session }: LoadedModel, plan: ResizePlan): Promise<EmptyRun> {
  const input = emptyInput(plan, manifest);
  const started = performance.now();
  const outputs = await session.run(feedsOf(manifest, input, plan));
  const cost = { elements: input.data.length, ms: performance.now() - started };
  postprocess(manifest, outputs, plan, resolveOptions(manifest, {}));
  return { outputs, cost };
}
