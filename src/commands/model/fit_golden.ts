import { readFile } from "node:fs/promises";
import { sourceArea } from "../../core/resize_plan.ts";
import { decodeBox } from "../../core/box_coder.ts";
import { type AnchorSample, fitAnchors, type FittedAnchors } from "../../describe/fit_anchors.ts";
import { assumed, suggested } from "../../describe/guess.ts";
import { feedsOf } from "../../detect/feeds.ts";
import { anchorCount, anchorOffset, headsOf, type LevelHeads } from "../../detect/heads.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import { inputOf, readImage } from "../../detect/preprocess.ts";
import { scoreScale } from "../../detect/score_scale.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import { type HeadsManifest, isFinished, type Manifest } from "../../manifest/manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Golden } from "../eval_files/golden_file.ts";

/**
 * Maximum difference between two scores that count as equal. One is the score of a golden box,
 * which is a box that the framework of the model returned. The other score is in the outputs of the
 * graph.
 */
const SCORE_TOLERANCE = 2e-5;

/**
 * Maximum difference between an edge of a golden box and the same edge of the box that is decoded
 * from the outputs of the graph, in input pixels.
 */
const BOX_TOLERANCE = 0.01;

/**
 * Minimum share of golden boxes whose score must occur in the outputs of the graph. If fewer scores
 * occur, the framework probably prepared the image in another way.
 */
const MIN_FOUND = 0.8;

/** Prediction of the graph for one anchor, which may be the prediction of a golden box. */
interface Row {
  readonly heads: LevelHeads;
  readonly level: number;
  /** Index of the anchor in its level. */
  readonly index: number;
}

/** Golden box in input pixels, and the predictions of the graph that have the same score. */
interface Match {
  readonly box: readonly number[];
  /**
   * For each edge of the box: true if the edge lies on the edge of the image, where the framework
   * may have clipped the box.
   */
  readonly clipped: readonly boolean[];
  readonly rows: readonly Row[];
}

/**
 * Computes the anchors of a manifest from golden boxes: boxes that the framework of the model
 * detected in one image.
 *
 * 1. Run the graph on the image of the golden file.
 * 2. For each golden box, find the predictions of the graph that have the same score.
 * 3. For each golden box that has exactly one such prediction and is not clipped, compute the
 *    anchor from the box and the prediction.
 * 4. Decode all golden boxes with the new anchors.
 *
 * @returns Manifest with the new anchors. Its field `guesses.anchors` says which boxes the anchors
 *   were computed from.
 * @throws {TypeError} If the anchors cannot be computed from the golden boxes, or if the new
 *   anchors do not give the golden boxes.
 */
export async function fitToGolden(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  golden: Golden,
): Promise<Manifest> {
  if (isFinished(manifest) || !("levels" in manifest.anchors)) {
    throw new TypeError("Cannot fit anchors as this graph needs none: leave out --golden");
  }
  const { anchors, boxes: boxCoder } = manifest;
  const bytes = new Uint8Array(await readFile(golden.image));
  const planned = readImage(bytes, manifest, runtime.codec, DEFAULT_IMAGE_LIMITS);
  const { plan } = planned;
  const outputs = await session.run(feedsOf(manifest, inputOf(planned, manifest), plan));
  const levels = headsOf(manifest, outputs, plan.input);
  const area = sourceArea(plan);
  const [scaleX, scaleY] = [area.width / plan.source.width, area.height / plan.source.height];
  const edges = [0, 0, plan.source.width, plan.source.height];
  const matches = golden.detections.map(({ classId, score, box }): Match => ({
    box: box.map((edge, i) => i % 2 === 0 ? edge * scaleX + area.left : edge * scaleY + area.top),
    clipped: box.map((edge, i) => Math.abs(edge - edges[i]!) < 1e-3),
    rows: rowsOf(manifest, levels, classId, score),
  }));
  const found = matches.filter(({ rows }) => rows.length > 0);
  if (found.length < MIN_FOUND * matches.length || found.length === 0) {
    throw new TypeError(
      `Cannot fit anchors to ${golden.image} as only ${found.length} of ${matches.length} scores ` +
        "occur in the outputs of the graph: first correct colours, scale or size with --set, " +
        "which deno task model check --golden tells",
    );
  }
  const certain = found.filter(({ clipped, rows }) => rows.length === 1 && !clipped.includes(true));
  const samples = certain.map(({ box, rows: [row] }) => sampleOf(row!, box));
  const strides = anchors.levels.map(({ stride }) => stride);
  const perCell = levels[0]?.anchors.perCell ?? 0;
  const { extent } = anchors;
  const placements = [anchors.strides, "nominal", "floor-input-over-grid"] as const;
  for (const placement of new Set(placements)) {
    const fit = fitAnchors(samples, boxCoder, strides, perCell, { strides: placement, extent });
    if (fit === null) break;
    const fitted = { ...manifest, anchors: fit.rule };
    const fittedLevels = headsOf(fitted, outputs, plan.input);
    if (!found.every((match) => agrees(fitted, fittedLevels, match, fit.scaled))) continue;
    const { length } = fit.scaled;
    const rest = length === 0
      ? ""
      : `; no box tells ${length} of ${strides.length * perCell} anchors, which are scaled from ` +
        "another level: a golden file with more boxes tells more";
    const reason = `fitted to ${found.length} boxes of ${golden.framework}${rest}`;
    const { "anchors.levels": _, "anchors.ratios": __, ...guesses } = manifest.guesses;
    return {
      ...fitted,
      guesses: { ...guesses, anchors: length === 0 ? suggested(reason) : assumed(reason) },
    };
  }
  throw new TypeError(
    `Cannot fit anchors to ${golden.image} as its ${found.length} boxes and the deltas of the ` +
      `graph fit no anchors of ${perCell} shapes per cell: boxes.kind or boxes.weights may be ` +
      "wrong (--set), or the file has too few boxes (take a lower score threshold)",
  );
}

/** Returns the predictions of the graph that have the score of a golden box. */
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

function deltasOf({ heads: { deltas, anchors }, index }: Row): number[] {
  const at = anchorOffset(deltas, anchors, index);
  return [0, 1, 2, 3].map((channel) => deltas.data[at + channel * deltas.channelStep]!);
}

function sampleOf(row: Row, box: readonly number[]): AnchorSample {
  const { heads: { anchors }, level, index } = row;
  const { grid, perCell, covered } = anchors;
  const cell = Math.floor(index / perCell);
  const stride = [covered.width / grid.width, covered.height / grid.height] as const;
  const [column, line] = [cell % grid.width, Math.floor(cell / grid.width)];
  return {
    level,
    anchor: index % perCell,
    cell: [column * stride[0], line * stride[1]],
    stride,
    deltas: deltasOf(row),
    box,
  };
}

/**
 * Returns true if one of the predictions in `rows` decodes to the golden box. Edges of the box that
 * may have been clipped are not compared.
 *
 * Also returns true if a prediction in `rows` belongs to an anchor that was scaled from another
 * level. No golden box confirms or contradicts a scaled anchor.
 */
function agrees(
  { boxes }: HeadsManifest,
  levels: readonly LevelHeads[],
  { rows, box, clipped }: Match,
  scaled: FittedAnchors["scaled"],
): boolean {
  const isScaled = ({ heads: { anchors }, level, index }: Row) =>
    scaled.some((each) => each.level === level && each.anchor === index % anchors.perCell);
  return rows.some((row) => {
    if (isScaled(row)) return true;
    const anchor = new Float64Array(4);
    levels[row.level]!.anchors.write(row.index, anchor);
    const decoded = Float64Array.from(deltasOf(row));
    decodeBox(boxes, decoded, anchor);
    return decoded.every((edge, i) => {
      return clipped[i] || Math.abs(edge - box[i]!) < BOX_TOLERANCE;
    });
  });
}
