import { anchorLevel, cellAnchors, levelGrid } from "../core/anchors.ts";
import { iou } from "../core/nms.ts";
import type { ResizePlan } from "../core/resize_plan.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import type { Explanation, SuppressedCandidate } from "../ports/detector.ts";
import type { Candidates } from "./candidates.ts";
import type { ClassScales } from "./class_scales.ts";
import { detectionAt } from "./detection_at.ts";
import type { Suppression } from "./suppress.ts";

/**
 * Maximum number of suppressed candidates in an explanation. A detection often suppresses hundreds
 * of candidates, which would make the response long.
 */
const MAX_SUPPRESSED = 16;

/** Suppressed candidate: its row, and its IoU with the detection that suppressed it. */
interface Loser {
  readonly row: number;
  readonly iou: number;
}

/**
 * Creates a function that explains a kept candidate.
 *
 * Must be called while the boxes are in input pixels, because NMS computed each IoU there. The
 * created function must be called when the boxes are in source pixels.
 */
export function explainer(
  candidates: Candidates,
  suppression: Suppression,
  plan: ResizePlan,
  manifest: HeadsManifest,
  { scoreOf }: Pick<ClassScales, "scoreOf">,
): (row: number) => Explanation {
  const { boxes, classIds, values } = candidates;
  const losers = losersOf(
    suppression,
    (row, winner) => iou(boxes, winner, row, manifest.boxes.extent === "last-pixel" ? 1 : 0),
  );
  return (row) => {
    const own = losers.get(row) ?? { count: 0, best: [] };
    const value = values[row]!;
    return {
      ...placeOf(manifest, plan, candidates.levels[row]!, candidates.anchors[row]!),
      logit: manifest.postprocess.activation === "sigmoid" ? value : null,
      networkScore: scoreOf(value),
      suppressedCount: own.count,
      suppressed: own.best.map((loser): SuppressedCandidate => ({
        ...detectionAt(
          manifest,
          boxes,
          loser.row,
          classIds[loser.row]!,
          scoreOf(values[loser.row]!),
        ),
        iou: loser.iou,
      })),
    };
  };
}

/** Returns the candidates that each kept candidate suppressed: their number, and the best ones. */
function losersOf(
  { suppressors }: Suppression,
  iouOf: (row: number, winner: number) => number,
): Map<number, { count: number; readonly best: Loser[] }> {
  const losers = new Map<number, { count: number; readonly best: Loser[] }>();
  for (const [row, winner] of suppressors().entries()) {
    if (winner < 0) continue;
    const own = losers.get(winner) ?? { count: 0, best: [] };
    losers.set(winner, own);
    own.count++;
    if (own.best.length < MAX_SUPPRESSED) own.best.push({ row, iou: iouOf(row, winner) });
  }
  return losers;
}

/** Returns the level, the cell and the shape of an anchor. */
function placeOf(
  { anchors: rule }: HeadsManifest,
  { input }: ResizePlan,
  level: number,
  anchorIndex: number,
): Pick<Explanation, "level" | "stride" | "cell" | "anchor"> {
  const stride = "levels" in rule ? rule.levels[level]?.stride : undefined;
  if (!("levels" in rule) || stride === undefined) {
    const anchor = { index: anchorIndex, size: null, ratio: null };
    return { level: null, stride: null, cell: null, anchor };
  }
  const grid = levelGrid(stride, input);
  const { perCell, covered } = anchorLevel(rule, level, input, grid);
  const cell = Math.floor(anchorIndex / perCell);
  const index = anchorIndex - cell * perCell;
  const corners = cellAnchors(rule, level, covered.width / grid.width);
  const lastPixel = rule.extent === "last-pixel" ? 1 : 0;
  const width = corners[index * 4 + 2]! - corners[index * 4]! + lastPixel;
  const height = corners[index * 4 + 3]! - corners[index * 4 + 1]! + lastPixel;
  return {
    level: levelName(stride, level),
    stride,
    cell: { column: cell % grid.width, row: Math.floor(cell / grid.width) },
    anchor: { index, size: Math.sqrt(width * height), ratio: height / width },
  };
}

/**
 * Returns the usual name of a level: `P3` for a stride of 2³ pixels (FPN: Lin et al. 2017, section
 * 3). Other strides have no usual name.
 */
function levelName(stride: number, level: number): string {
  const power = Math.log2(stride);
  return Number.isInteger(power) ? `P${power}` : `level ${level}`;
}
