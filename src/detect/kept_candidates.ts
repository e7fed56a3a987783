import { DomainError } from "../core/domain_error.ts";
import type { ResizePlan } from "../core/resize_plan.ts";
import { type HeadsManifest, isFinished, type Manifest } from "../manifest/manifest.ts";
import type { Detection, DetectOptions, KeptCandidates } from "../ports/detector.ts";
import { MAX_KEPT } from "../ports/kept_candidates.ts";
import { isWanted } from "./best_of_level.ts";
import {
  boxDecoder,
  type CandidateOptions,
  type Candidates,
  hasFiniteDeltas,
  MAX_CANDIDATES,
  type Survivor,
  survivorsOf,
} from "./candidates.ts";
import { classScales } from "./class_scales.ts";
import { boxRule, detectionsFrom, scoredLevels, wantedClasses } from "./detections.ts";
import type { LevelHeads } from "./heads.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve_options.ts";
import { scoreScale } from "./score_scale.ts";

/**
 * Score above which candidates are kept, unless a threshold of the call is lower. Lower scores are
 * noise: trained networks have tens of thousands of them in every image.
 */
const KEPT_SCORE = 0.01;

/**
 * Returns the best candidates of an image, for {@linkcode selectKept}.
 *
 * Keeps all (anchor, class) pairs above a floor. If there are more than `maxKept` pairs
 * above 0.01 (or above the lowest threshold of the call), the floor rises.
 *
 * The limits per level and in total of the manifest do not apply here. They depend on the selected
 * classes, so they apply to each selection.
 *
 * @param levels Outputs of the graph with logits or scores and boxes, for each level.
 * @param maxKept Maximum number of candidates.
 */
export function keepCandidates(
  levels: readonly LevelHeads[],
  plan: ResizePlan,
  manifest: HeadsManifest,
  options: ResolvedOptions,
  maxKept: number = MAX_KEPT,
): KeptCandidates {
  const lowest = Math.min(KEPT_SCORE, options.scoreThreshold, ...options.classThresholds.values());
  const { cut } = scoreScale(manifest.postprocess, lowest);
  const classIds = wantedClasses(manifest, { classIds: null });
  const all = scoredLevels(levels, manifest)
    .flatMap((heads, level) => survivorsOf(heads, level, { cut, count: maxKept + 1, classIds }))
    .sort((a, b) => b.value - a.value);
  const dropped = all[maxKept];
  const pairs = dropped === undefined ? all : all.filter(({ value }) => value > dropped.value);
  const floor = dropped?.value ?? cut;
  return {
    model: manifest.id,
    minScore: dropped === undefined ? lowest : minScoreOf(manifest, floor),
    floor,
    plan,
    boxes: boxesOf(pairs, boxRule(manifest, plan)),
    values: Float32Array.from(pairs, ({ value }) => value),
    classIds: Int32Array.from(pairs, ({ classId }) => classId),
    levels: Uint8Array.from(pairs, ({ level }) => level),
    anchors: Uint32Array.from(pairs, ({ anchorIndex }) => anchorIndex),
  };
}

/**
 * Returns the boxes of (anchor, class) pairs, in input pixels. A box has four NaN if a number that
 * the graph predicts for it is not finite. It has NaN and three zeros if an edge is NaN for another
 * reason.
 */
function boxesOf(
  pairs: readonly Survivor[],
  rule: Pick<CandidateOptions, "boxCoder" | "input" | "clip">,
): Float64Array {
  const decode = boxDecoder(rule);
  const boxes = new Float64Array(pairs.length * 4);
  for (const [row, { heads, anchorIndex }] of pairs.entries()) {
    const target = boxes.subarray(row * 4, row * 4 + 4);
    if (!hasFiniteDeltas(heads, anchorIndex)) {
      target.fill(NaN);
      continue;
    }
    const box = decode(heads, anchorIndex);
    if (box.some(Number.isNaN)) target[0] = NaN;
    else target.set(box);
  }
  return boxes;
}

/**
 * Returns a score threshold, with at most 5 decimal digits where possible, that is not below the
 * floor of the candidates.
 */
function minScoreOf({ postprocess }: HeadsManifest, floor: number): number {
  const { scoreOf } = scoreScale(postprocess, 0);
  for (let steps = Math.ceil(scoreOf(floor) * 1e5); steps < 1e5; steps++) {
    if (scoreScale(postprocess, steps / 1e5).cut >= floor) return steps / 1e5;
  }
  return 1;
}

/**
 * Turns kept candidates into detections. The result equals that of a new run on the same image with
 * the same options.
 *
 * @throws {DomainError} `invalid-option` or `unknown-class` for wrong options, and for a score
 *   threshold below `kept.minScore`.
 */
export function selectKept(
  kept: KeptCandidates,
  manifest: Manifest,
  options: DetectOptions,
): Detection[] {
  if (isFinished(manifest) || manifest.id !== kept.model) {
    throw new DomainError(
      "invalid-option",
      `Cannot select as the candidates must be of model "${manifest.id}": they are of ` +
        `"${kept.model}"`,
    );
  }
  const resolved = resolveOptions(manifest, options);
  const scales = classScales(manifest, resolved);
  if (scales.cut < kept.floor) throw belowFloor(kept, resolved);
  const candidates = candidatesFrom(kept, {
    cut: scales.cut,
    classCuts: scales.classCuts,
    limits: manifest.postprocess.candidates,
    classIds: wantedClasses(manifest, resolved),
  });
  return detectionsFrom(candidates, kept.plan, manifest, resolved, scales);
}

function belowFloor(
  { minScore }: KeptCandidates,
  { scoreThreshold, classThresholds }: ResolvedOptions,
): DomainError {
  const lowest = Math.min(scoreThreshold, ...classThresholds.values());
  return new DomainError(
    "invalid-option",
    `Cannot select as the candidates were kept above the score ${minScore}: the current score ` +
      `threshold is ${lowest}. Raise it, or run the model again with this threshold`,
  );
}

/** Selects candidates of a call by the rules of `candidatesOf()`. Copies the boxes. */
function candidatesFrom(
  { boxes, values, classIds, levels, anchors }: KeptCandidates,
  options: Pick<CandidateOptions, "cut" | "classCuts" | "limits" | "classIds">,
): Candidates {
  const total = options.limits.total ?? MAX_CANDIDATES;
  const perLevel = Math.min(options.limits.perLevel ?? total, total);
  const taken = new Map<number, number>();
  const rows: number[] = [];
  for (const [row, value] of values.entries()) {
    if (rows.length === total) break;
    if (!(value > options.cut) || !isWanted(options, value, classIds[row]!)) continue;
    const level = levels[row]!;
    const ofLevel = taken.get(level) ?? 0;
    if (ofLevel >= perLevel) continue;
    taken.set(level, ofLevel + 1);
    const isPredicted = !boxes.subarray(row * 4, row * 4 + 4).every(Number.isNaN);
    if (isPredicted) rows.push(row);
  }
  const whole = rows.filter((row) => !Number.isNaN(boxes[row * 4]));
  const copied = new Float64Array(whole.length * 4);
  for (const [i, row] of whole.entries()) {
    copied.set(boxes.subarray(row * 4, row * 4 + 4), i * 4);
  }
  return {
    boxes: copied,
    values: Float64Array.from(whole, (row) => values[row]!),
    classIds: Int32Array.from(whole, (row) => classIds[row]!),
    levels: Int32Array.from(whole, (row) => levels[row]!),
    anchors: Int32Array.from(whole, (row) => anchors[row]!),
  };
}
