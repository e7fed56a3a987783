import { readFile } from "node:fs/promises";
import { commandLine } from "../../core/command_line.ts";
import { type ResizePlan, sourceArea } from "../../core/resize_plan.ts";
import { clipArea, scoredLevels } from "../../detect/detections.ts";
import { feedsOf } from "../../detect/feeds.ts";
import { anchorCount, anchorOffset, headsOf, type LevelHeads } from "../../detect/heads.ts";
import { inputOf, readImage } from "../../detect/preprocess.ts";
import { scoreScale } from "../../detect/score_scale.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import type { HeadsManifest } from "../../manifest/manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Session, Tensor } from "../../ports/session.ts";
import type { Golden } from "../eval_files/golden_file.ts";

/**
 * Maximum difference between two scores that count as equal. One is the score of a golden box,
 * which is a box that the framework of the model returned. The other score is in the outputs of the
 * graph.
 */
const SCORE_TOLERANCE = 2e-5;

/**
 * Maximum distance of a golden box's edge from the edge of an area to which boxes are clipped, in
 * input pixels. Golden files have rounded numbers.
 */
const CLIP_TOLERANCE = 5e-3;

/**
 * Minimum share of golden boxes whose score must occur in the outputs of the graph. If fewer scores
 * occur, the framework probably prepared the image in another way.
 */
const MIN_FOUND = 0.8;

/** Prediction of the graph for one anchor, which may be the prediction of a golden box. */
export interface Row {
  /** Anchors and outputs of the level. */
  readonly heads: LevelHeads;
  /** Index of the level. */
  readonly level: number;
  /** Index of the anchor in its level. */
  readonly index: number;
}

/** Golden box in input pixels, and the predictions of the graph that have the same score. */
export interface Match {
  /** x1, y1, x2, y2 of the box, in input pixels. */
  readonly box: readonly number[];
  /**
   * For each edge of the box: true if the edge lies on the edge of the image, where the framework
   * may have clipped the box.
   */
  readonly clipped: readonly boolean[];
  /** Predictions with the score of the box. */
  readonly rows: readonly Row[];
}

/** Golden file, and the outputs of the graph for its image. */
export interface GoldenRun {
  /** Content of the golden file. */
  readonly golden: Golden;
  /** Resize plan of the image. */
  readonly plan: ResizePlan;
  /** Outputs of the graph. The key is the name of an output. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Golden boxes whose score occurs in the outputs of the graph. */
  readonly found: readonly Match[];
}

/**
 * Runs the graph on the image of a golden file.
 *
 * @throws {TypeError} If too few scores of the golden file occur in the outputs of the graph.
 */
export async function runGolden(
  { codec }: Runtime,
  manifest: HeadsManifest,
  session: Session,
  golden: Golden,
): Promise<GoldenRun> {
  const bytes = new Uint8Array(await readFile(golden.image));
  const planned = await readImage(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS);
  const { plan } = planned;
  const outputs = await session.run(feedsOf(manifest, inputOf(planned, manifest, codec), plan));
  const levels = scoredLevels(headsOf(manifest, outputs, plan.input), manifest);
  const area = sourceArea(plan);
  const [scaleX, scaleY] = [area.width / plan.source.width, area.height / plan.source.height];
  const matches = golden.detections.map(({ classId, score, box }): Match => {
    const edges = box.map((edge, i) =>
      i % 2 === 0 ? edge * scaleX + area.left : edge * scaleY + area.top
    );
    const rows = rowsOf(manifest, levels, classId, score);
    return { box: edges, clipped: clippedEdges(manifest, plan, edges, rows), rows };
  });
  const found = matches.filter(({ rows }) => rows.length > 0);
  if (found.length < MIN_FOUND * matches.length || found.length === 0) {
    throw new TypeError(
      `Cannot fit anchors to ${golden.image} as only ${found.length} of ${matches.length} scores ` +
        "occur in the outputs of the graph: first correct colours, scale or size with --set, " +
        `which ${commandLine("model check --golden")} tells`,
    );
  }
  return { golden, plan, outputs, found };
}

/**
 * Returns true for each edge of a box that lies on the edge of the image or of the area to which
 * the manifest clips boxes. The framework may have clipped this edge.
 *
 * @param edges x1, y1, x2, y2 of the box, in input pixels.
 */
function clippedEdges(
  manifest: HeadsManifest,
  plan: ResizePlan,
  edges: readonly number[],
  rows: readonly Row[],
): boolean[] {
  const own = rows.map(({ heads }) => clipArea(manifest, plan, heads.anchors));
  const bounds = [sourceArea(plan), ...own].flatMap((area) => {
    if (area === null) return [];
    const { left = 0, top = 0, width, height } = area;
    return [[left, top, left + width, top + height]];
  });
  return edges.map((edge, i) =>
    bounds.some((bound) =>
      // A box that lies outside the area has both edges of an axis on the same edge of the area.
      [i % 2, i % 2 + 2].some((at) => Math.abs(edge - bound[at]!) < CLIP_TOLERANCE)
    )
  );
}

/**
 * Returns the predictions of the graph that have the score of a golden box.
 *
 * @param levels Levels with scores instead of logits, if the manifest declares a softmax.
 */
function rowsOf(
  { postprocess }: HeadsManifest,
  levels: readonly LevelHeads[],
  classId: number,
  score: number,
): Row[] {
  const { scoreOf } = scoreScale(postprocess, score);
  return levels.flatMap((heads, level) => {
    const { scores, anchors } = heads;
    if (classId >= scores.channels) return [];
    const rows: Row[] = [];
    for (let index = 0; index < anchorCount(anchors); index++) {
      const at = anchorOffset(scores, anchors, index) + classId * scores.channelStep;
      const own = scoreOf(scores.data[at]!);
      if (Math.abs(own - score) < SCORE_TOLERANCE) rows.push({ heads, level, index });
    }
    return rows;
  });
}
