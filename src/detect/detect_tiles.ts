import { goneError } from "../core/domain_error.ts";
import type { Tiling } from "../core/tile_options.ts";
import type { ImageInput } from "../image/raw_image.ts";
import { isFinished, type Manifest } from "../manifest/manifest.ts";
import type { DetectCall, Detection, DetectResult } from "../ports/detector.ts";
import type { ImageCodec } from "../ports/image_codec.ts";
import type { DetectorParts } from "./detector_parts.ts";
import { feedsOf } from "./feeds.ts";
import { type MergeOptions, mergeViews } from "./merge_views.ts";
import { postprocess } from "./postprocess.ts";
import { inputOf, type PlannedImage } from "./preprocess.ts";
import { readTiles, type TiledImage, viewOf } from "./read_tiles.ts";
import type { ResolvedOptions } from "./resolve_options.ts";

/**
 * Detects objects in the tiles of an image, and in the whole image.
 *
 * 1. Decode the image once and plan its views.
 * 2. For each view: fill the input tensor, run the graph, and turn its outputs into detections.
 * 3. Merge the detections of all views.
 *
 * Between two views, the call pauses so that other calls of the same thread can run. If the call is
 * cancelled, it ends before the next view.
 */
export async function detectTiles(
  parts: DetectorParts,
  image: ImageInput,
  options: ResolvedOptions,
  tiling: Tiling,
  call: DetectCall,
): Promise<DetectResult> {
  const { manifest, runtime, limits, engine } = parts;
  const watch = new StageWatch();

  // 1. Pixels and views.
  refuseCancelled(call);
  const read = () => readTiles(image, tiling, manifest, runtime.codec, limits);
  const views = new ViewInputs(watch.time("decode", read));
  const { source, grid, windows } = views;

  // 2. Each view.
  const found: Detection[][] = [];
  for (let view = views.next(manifest, runtime.codec, watch); view !== null;) {
    found.push(await detectView(parts, view, options, call, watch));
    if (found.length < windows.length) await call.pause?.();
    refuseCancelled(call);
    view = views.next(manifest, runtime.codec, watch);
  }

  // 3. All views together.
  const merging = { ...mergeRule(manifest, options), windows, source, merge: tiling.merge };
  const detections = watch.time("postprocess", () => mergeViews(found, merging));
  const tiles = { ...grid, views: windows.length };
  return { model: manifest.id, image: source, detections, engine, timing: watch.timing, tiles };
}

/** Runs the graph on one view. Returns the detections in source pixels of the view. */
async function detectView(
  { manifest, session }: DetectorParts,
  { input, plan, keepsPixels }: PreparedView,
  options: ResolvedOptions,
  call: DetectCall,
  watch: StageWatch,
): Promise<Detection[]> {
  call.onDecoded?.(input.data.length);
  const outputs = await watch.timeAsync("inference", () => {
    return session.run(feedsOf(manifest, input, plan), { keepsPixels });
  });
  refuseCancelled(call);
  return watch.time("postprocess", () => postprocess(manifest, outputs, plan, options));
}

/** Throws if the caller has cancelled the call. */
function refuseCancelled({ signal }: DetectCall): void {
  if (signal?.aborted) throw goneError();
}

/**
 * Threshold of the IoU for merging the boxes of a graph that applies NMS itself. The manifests of
 * these graphs contain no threshold.
 */
const FINISHED_IOU = 0.5;

function mergeRule(
  manifest: Manifest,
  { iou, max, classAgnostic }: ResolvedOptions,
): Pick<MergeOptions, "iou" | "max" | "perClass" | "extent"> {
  if (isFinished(manifest)) return { iou: FINISHED_IOU, max, perClass: true };
  return { iou, max, perClass: !classAgnostic, extent: manifest.boxes.extent };
}

/** Input tensor of a view, and the plan for mapping its boxes back to source pixels. */
interface PreparedView extends Pick<PlannedImage, "plan"> {
  readonly input: ReturnType<typeof inputOf>;
  /** True if the pixels stay in memory, for the views that follow. */
  readonly keepsPixels: boolean;
}

/**
 * Views of an image, one after the other. Only this object holds the decoded pixels. After the last
 * view, the pixels can be garbage-collected while the graph runs.
 */
class ViewInputs implements Omit<TiledImage, "view"> {
  readonly source: TiledImage["source"];
  readonly grid: TiledImage["grid"];
  readonly windows: TiledImage["windows"];
  #pixels: TiledImage["view"] | null;
  #index = 0;

  constructor({ source, grid, windows, view }: TiledImage) {
    this.source = source;
    this.grid = grid;
    this.windows = windows;
    this.#pixels = view;
  }

  /** Fills the input tensor of the next view. Returns null after the last view. */
  next(manifest: Manifest, codec: ImageCodec, watch: StageWatch): PreparedView | null {
    const window = this.windows[this.#index++];
    const pixels = this.#pixels;
    if (window === undefined || pixels === null) return null;
    const keepsPixels = this.#index < this.windows.length;
    if (!keepsPixels) this.#pixels = null;
    return watch.time("preprocess", () => {
      const planned = viewOf({ view: pixels, source: this.source }, window, manifest);
      return { input: inputOf(planned, manifest, codec), plan: planned.plan, keepsPixels };
    });
  }
}

/** Stage of a call, whose time is measured. */
type Stage = Exclude<keyof DetectResult["timing"], "total">;

/** Sums of the durations of each stage over all views. */
class StageWatch {
  readonly #ms: Record<Stage, number> = { decode: 0, preprocess: 0, inference: 0, postprocess: 0 };

  /** Durations so far, milliseconds. */
  get timing(): DetectResult["timing"] {
    const total = Object.values(this.#ms).reduce((sum, ms) => sum + ms, 0);
    return { ...this.#ms, total };
  }

  time<Result>(stage: Stage, work: () => Result): Result {
    const start = performance.now();
    const result = work();
    this.#ms[stage] += performance.now() - start;
    return result;
  }

  async timeAsync<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    const start = performance.now();
    const result = await work();
    this.#ms[stage] += performance.now() - start;
    return result;
  }
}
