import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import type { ResizePlan } from "../../src/core/resize_plan.ts";
import type { Size } from "../../src/core/size.ts";
import type { Fill } from "./make_outputs.ts";
import { naiveAnchor, naiveBox, naivePlaces } from "./naive_anchors.ts";

/** Numbers of a graph's heads, by place. */
export interface HeadFills {
  readonly scores: Fill;
  readonly deltas: Fill;
  /** Anchors that the graph returns. */
  readonly anchors: Fill;
}

/** Detection of the naive pipeline. */
export interface Found {
  readonly label: string | null;
  readonly classId: number;
  readonly score: number;
  /** xyxy, source pixels. */
  readonly box: readonly number[];
}

/** Detects by the definitions: decodes and scores every pair, then sorts, suppresses and cuts. */
export function naiveDetect(fills: HeadFills, plan: ResizePlan, manifest: HeadsManifest): Found[] {
  const { score, scoreTest, candidates: limits, nms, limit, empty, background } =
    manifest.postprocess;
  const bestFirst = (a: Found, b: Found) => b.score - a.score;
  const passes = (found: Found) =>
    found.classId !== background &&
    (found.score > score || (scoreTest === "at-least" && found.score === score));
  const candidates = naiveFounds(fills, plan, manifest)
    .flatMap((level) =>
      level.filter(passes).sort(bestFirst).slice(0, limits.perLevel ?? level.length)
    )
    .sort(bestFirst)
    .slice(0, limits.total ?? Infinity)
    .filter(({ box: [x1 = 0, y1 = 0, x2 = 0, y2 = 0] }) =>
      empty !== "drop-first" || (x2 > x1 && y2 > y1)
    );
  const kept: Found[] = [];
  for (const found of candidates) {
    const rivals = kept.filter(({ classId }) => !nms.perClass || classId === found.classId);
    const extent = manifest.boxes.extent;
    if (rivals.every((rival) => !(naiveIou(rival.box, found.box, extent) > nms.iou))) {
      kept.push(found);
    }
  }
  return kept.slice(0, limit)
    .map((found) => ({ ...found, box: toSource(found.box, plan, manifest) }))
    .filter(({ box }) => {
      const [x1, y1, x2, y2] = box as [number, number, number, number];
      return empty === "keep" ? x2 >= x1 && y2 >= y1 : x2 > x1 && y2 > y1;
    });
}

/** Returns every (anchor, class) pair of each level: by anchor, then by class. */
function naiveFounds(fills: HeadFills, plan: ResizePlan, manifest: HeadsManifest): Found[][] {
  const { labels } = manifest;
  return naivePlaces(manifest, plan.input).map((places) =>
    places.flatMap((place) => {
      const numbers = labels.map((_, channel) => Math.fround(fills.scores({ ...place, channel })));
      const deltas = [0, 1, 2, 3].map((channel) =>
        Math.fround(fills.deltas({ ...place, channel }))
      );
      const { box: anchor, covered } = naiveAnchor(manifest, plan.input, place, fills.anchors);
      const box = clip(
        naiveDecode(deltas, anchor, manifest, plan.input),
        {
          "none": null,
          "picture": naiveExtent(plan, manifest),
          "input-pixels": lastPixel(plan.input),
          "grid-pixels": lastPixel(covered),
        }[manifest.postprocess.clip],
      );
      return naiveScores(numbers, manifest.postprocess.activation)
        .map((score, classId) => ({ label: labels[classId]!, classId, score, box }));
    })
  );
}

function naiveScores(
  numbers: readonly number[],
  activation: HeadsManifest["postprocess"]["activation"],
): number[] {
  const sum = numbers.reduce((total, number) => total + Math.exp(number), 0);
  return numbers.map((number) =>
    ({ sigmoid: 1 / (1 + Math.exp(-number)), softmax: Math.exp(number) / sum, none: number })[
      activation
    ]
  );
}

function naiveDecode(
  numbers: readonly number[],
  anchor: readonly number[],
  { boxes }: HeadsManifest,
  input: Size,
): number[] {
  if (boxes.kind === "decoded") return naiveBox(numbers, boxes, input);
  const last = boxes.extent === "last-pixel" ? 1 : 0;
  const inOrder = boxes.order === "xy" ? [0, 1, 2, 3] : [1, 0, 3, 2];
  const deltas = inOrder.map((at, i) => numbers[at]! / boxes.weights[i]!);
  const edges = (axis: 0 | 1) => {
    const [start, end] = [anchor[axis]!, anchor[axis + 2]!];
    const side = end + last - start;
    const [first, second] = [deltas[axis]!, deltas[axis + 2]!];
    if (boxes.kind === "corners") {
      return [start + first * side, end + second * side] as const;
    }
    const centre = (start + end + last) / 2 + first * side;
    const length = side * Math.exp(boxes.clamp === null ? second : Math.min(second, boxes.clamp));
    return [centre - length / 2, centre + length / 2 - last] as const;
  };
  const [[x1, x2], [y1, y2]] = [edges(0), edges(1)];
  return [x1, y1, x2, y2];
}

function lastPixel({ width, height }: Size): Size {
  return { width: width - 1, height: height - 1 };
}

function clip(box: readonly number[], size: Size | null): number[] {
  if (size === null) return [...box];
  const limits = [size.width, size.height];
  return box.map((edge, i) => Math.min(Math.max(edge, 0), limits[i % 2]!));
}

/** Computes the size of the source in input pixels. */
function naiveExtent({ source, resized }: ResizePlan, { resize }: HeadsManifest): Size {
  if (!("factor" in resize) || resize.factor === "per-side") return resized;
  const { width, height } = source;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const factor = resize.kind === "fit"
    ? Math.min(resize.width / width, resize.height / height)
    : Math.min(resize.shortest / short, resize.longest / long);
  return { width: width * factor, height: height * factor };
}

function toSource(box: readonly number[], plan: ResizePlan, manifest: HeadsManifest): number[] {
  const { width, height } = naiveExtent(plan, manifest);
  const ratios = [plan.source.width / width, plan.source.height / height];
  return clip(box.map((edge, i) => edge * ratios[i % 2]!), plan.source);
}

function naiveIou(
  a: readonly number[],
  b: readonly number[],
  extent: "edges" | "last-pixel",
): number {
  const last = extent === "last-pixel" ? 1 : 0;
  const side = (axis: 0 | 1) =>
    Math.max(0, Math.min(a[axis + 2]!, b[axis + 2]!) + last - Math.max(a[axis]!, b[axis]!));
  const area = (box: readonly number[]) => (box[2]! + last - box[0]!) * (box[3]! + last - box[1]!);
  const shared = side(0) * side(1);
  return shared / (area(a) + area(b) - shared);
}
