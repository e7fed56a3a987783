import { anchorsPerCell } from "../../core/anchors.ts";
import { decodeBox } from "../../core/box_coder.ts";
import { type AnchorSample, fitAnchors, type FittedAnchors } from "../../describe/fit_anchors.ts";
import { assumed, suggested } from "../../describe/guess.ts";
import { anchorOffset, headsOf, type LevelHeads } from "../../detect/heads.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import { type HeadsManifest, isFinished, type Manifest } from "../../manifest/manifest.ts";
import type { Runtime } from "../../ports/runtime.ts";
import type { Golden } from "../eval_files/golden_file.ts";
import { type GoldenRun, type Match, type Row, runGolden } from "./golden_run.ts";

/**
 * Maximum difference between an edge of a golden box and the same edge of the box that is decoded
 * from the outputs of the graph, in input pixels.
 */
const BOX_TOLERANCE = 0.01;

/**
 * Computes the anchors of a manifest from golden boxes: boxes that the framework of the model
 * detected in some images.
 *
 * 1. Run the graph on the image of each golden file. For each golden box, find the predictions of
 *    the graph that have the same score.
 * 2. For each golden box that has exactly one such prediction, compute the anchor from the box and
 *    the prediction. Edges that the framework may have clipped are not used.
 * 3. Decode all golden boxes with the new anchors.
 *
 * @returns Manifest with the new anchors: sizes and ratios, or else widths and heights. Its field
 *   `guesses.anchors` says which boxes the anchors were computed from.
 * @throws {TypeError} If the anchors cannot be computed from the golden boxes, or if the new
 *   anchors do not give the golden boxes.
 */
export async function fitToGoldens(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  goldens: readonly Golden[],
): Promise<Manifest> {
  if (isFinished(manifest) || !("levels" in manifest.anchors)) {
    throw new TypeError("Cannot fit anchors as this graph needs none: leave out --golden");
  }
  // 1. Predictions of the golden boxes.
  const runs: GoldenRun[] = [];
  for (const golden of goldens) runs.push(await runGolden(runtime, manifest, session, golden));

  // 2. Anchors.
  const { anchors, boxes: boxCoder } = manifest;
  const samples = runs.flatMap(({ found }) =>
    found.filter(({ rows }) => rows.length === 1).map(({ rows: [row], ...match }) =>
      sampleOf(row!, match)
    )
  );
  const strides = anchors.levels.map(({ stride }) => stride);
  const perCell = anchorsPerCell(anchors, 0);
  const { extent } = anchors;
  const placements = new Set([anchors.strides, "nominal", "floor-input-over-grid"] as const);
  const fits = [...placements].flatMap((placement) =>
    fitAnchors(samples, boxCoder, strides, perCell, { strides: placement, extent })
  );

  // 3. Boxes of the new anchors.
  const fit = fits.find((each) => runs.every((run) => agreesWith(manifest, each, run)));
  const count = runs.reduce((sum, { found }) => sum + found.length, 0);
  if (fit === undefined) {
    throw new TypeError(
      `Cannot fit anchors to ${runs.map(({ golden }) => golden.image).join(" and ")} as its ` +
        `${count} boxes and the deltas of the graph fit no anchors of ${perCell} shapes per ` +
        "cell: boxes.kind or boxes.weights may be wrong (--set), or the file has too few boxes " +
        "(take a lower score threshold, or give --golden several times)",
    );
  }
  const { length } = fit.scaled;
  const rest = length === 0
    ? ""
    : `; no box tells ${length} of ${strides.length * perCell} anchors, which are scaled from ` +
      "another level: a golden file with more boxes tells more";
  const reason = `fitted to ${count} boxes of ${goldens[0]?.framework}${rest}`;
  const { "anchors.levels": _, "anchors.ratios": __, ...guesses } = manifest.guesses;
  return {
    ...manifest,
    anchors: fit.rule,
    guesses: { ...guesses, anchors: length === 0 ? suggested(reason) : assumed(reason) },
  };
}

/** Returns true if new anchors give the golden boxes of one image. */
function agreesWith(
  manifest: HeadsManifest,
  { rule, scaled }: FittedAnchors,
  { plan, outputs, found }: GoldenRun,
): boolean {
  const fitted = { ...manifest, anchors: rule };
  const levels = headsOf(fitted, outputs, plan.input);
  return found.every((match) => agrees(fitted, levels, match, scaled));
}

function deltasOf({ heads: { deltas, anchors }, index }: Row): number[] {
  const at = anchorOffset(deltas, anchors, index);
  return [0, 1, 2, 3].map((channel) => deltas.data[at + channel * deltas.channelStep]!);
}

function sampleOf(row: Row, { box, clipped }: Pick<Match, "box" | "clipped">): AnchorSample {
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
    clipped,
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
