import type { Manifest } from "../../models/manifest.ts";
import type { Plan } from "../../src/core/plan.ts";
import { type Fill, type Place, placesOf } from "./make_outputs.ts";

/** A detection of the naive pipeline. */
export interface Found {
  readonly label: string | null;
  readonly classId: number;
  readonly score: number;
  /** Input pixels, clipped to the resized picture. */
  readonly box: readonly number[];
}

/** The whole pipeline from its definition: everything decoded, scored, sorted and cut. */
export function naiveDetect(scores: Fill, deltas: Fill, plan: Plan, manifest: Manifest): Found[] {
  const { score, candidatesPerLevel, nms, limit } = manifest.postprocess;
  const bestFirst = (a: Found, b: Found) => b.score - a.score;
  const candidates = manifest.anchors.levels.flatMap((_, level) =>
    placesOf(manifest, plan.input, level, manifest.labels.length)
      .map((place) => naiveCandidate(place, scores, deltas, plan, manifest))
      .filter((found) => found.score > score)
      .sort(bestFirst)
      .slice(0, candidatesPerLevel)
  ).sort(bestFirst);
  const kept: Found[] = [];
  for (const found of candidates) {
    const rivals = kept.filter(({ classId }) => classId === found.classId);
    if (rivals.every((rival) => !(naiveIou(rival.box, found.box) > nms.iou))) kept.push(found);
  }
  return kept.slice(0, limit);
}

function naiveCandidate(
  place: Place,
  scores: Fill,
  deltas: Fill,
  { resized }: Plan,
  { anchors, labels }: Manifest,
): Found {
  const { stride, sizes: [size] } = anchors.levels[place.level];
  const root = Math.sqrt(anchors.ratios[place.anchor]);
  const [width, height] = [size / root, size * root];
  const [dx, dy, dw, dh] = [0, 1, 2, 3].map((channel) =>
    Math.fround(deltas({ ...place, channel }))
  );
  const x = (place.column + 0.5) * stride + dx * width;
  const y = (place.row + 0.5) * stride + dy * height;
  const [w, h] = [width * Math.exp(dw), height * Math.exp(dh)];
  const clip = (edge: number, limit: number) => Math.min(Math.max(edge, 0), limit);
  return {
    label: labels[place.channel],
    classId: place.channel,
    score: 1 / (1 + Math.exp(-Math.fround(scores(place)))),
    box: [
      clip(x - w / 2, resized.width),
      clip(y - h / 2, resized.height),
      clip(x + w / 2, resized.width),
      clip(y + h / 2, resized.height),
    ],
  };
}

function naiveIou(a: readonly number[], b: readonly number[]): number {
  const side = (axis: 0 | 1) =>
    Math.max(0, Math.min(a[axis + 2], b[axis + 2]) - Math.max(a[axis], b[axis]));
  const area = (box: readonly number[]) => (box[2] - box[0]) * (box[3] - box[1]);
  const shared = side(0) * side(1);
  return shared / (area(a) + area(b) - shared);
}
