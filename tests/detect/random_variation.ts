import type { HeadsManifest } from "../../src/manifest/manifest.ts";
import { between, type Random, wholeBetween } from "../random.ts";
import { type Fill, remember } from "./make_outputs.ts";
import type { HeadFills } from "./naive_detect.ts";
import { joined, layouts, smallManifest } from "../manifest/small_manifest.ts";

type Anchors = HeadsManifest["anchors"];
type Boxes = HeadsManifest["boxes"];
type Postprocess = HeadsManifest["postprocess"];

/** Returns a valid manifest whose resize, pad, outputs and post-processing are random. */
export function randomManifest(random: Random): HeadsManifest {
  const one = <T>(...choices: readonly T[]) =>
    choices[wholeBetween(random, 0, choices.length - 1)]!;
  const boxes = randomBoxes(random, one);
  const anchors: Anchors = boxes.kind === "decoded" ? { kind: "none" } : randomAnchors(random, one);
  const hasGrid = "levels" in anchors;
  return {
    ...smallManifest,
    input: { ...smallManifest.input, batch: one(1, 1, 2, null) },
    resize: randomResize(random, one),
    pad: one({ kind: "none", value: 0 }, { kind: "multiple", of: one(16, 20), value: 0 }),
    outputs: hasGrid ? one(...layouts) : joined,
    anchors,
    boxes,
    postprocess: randomPostprocess(random, one, hasGrid),
  };
}

type One = <T>(...choices: readonly T[]) => T;

function randomResize(random: Random, one: One): HeadsManifest["resize"] {
  const keeps = {
    rounding: one("floor", "half-up", "half-even"),
    factor: one("per-side", "one"),
  } as const;
  const side = () => wholeBetween(random, 20, 50);
  const [shortest, more] = [side(), wholeBetween(random, 0, 20)];
  return one<HeadsManifest["resize"]>(
    { kind: "fit", width: side(), height: side(), ...keeps },
    { kind: "shortest", shortest, longest: shortest + more, scale: "float64", ...keeps },
    { kind: "stretch", width: side(), height: side() },
    { kind: "none" },
  );
}

function randomAnchors(random: Random, one: One): Anchors {
  const grid = {
    centre: one(0, 0.5, 0.25),
    strides: one("nominal", "floor-input-over-grid", "input-width-over-grid"),
    extent: one("edges", "last-pixel"),
  } as const;
  const size = () => between(random, 5, 25);
  const unit = one("pixels", "strides");
  const sizes = (stride: number) => {
    return [1, 2].map(() => unit === "strides" ? size() / stride : Math.round(size()));
  };
  return one<Anchors>(
    {
      kind: "sizes",
      levels: [8, 16].map((stride) => ({ stride, sizes: sizes(stride) })),
      unit,
      ratios: [1, between(random, 0.3, 3)],
      order: one("ratio-size", "size-ratio"),
      rounding: one("none", "half-even"),
      ...grid,
    },
    {
      kind: "shapes",
      levels: [8, 16].map((stride) => ({ stride, shapes: [[size(), size()], [size(), size()]] })),
      ...grid,
    },
    { kind: "output", name: "anchors", corners: one("xyxy", "yxyx"), space: one("input", "unit") },
  );
}

function randomBoxes(random: Random, one: One): Boxes {
  const extent = one("edges", "last-pixel");
  const weight = () => one(1, between(random, 0.5, 3));
  const deltas = {
    order: one("xy", "yx"),
    weights: [weight(), weight(), weight(), weight()] as [number, number, number, number],
    extent,
  } as const;
  const centreSize: Boxes = { kind: "centre-size", ...deltas, clamp: one(null, 0.2, 4) };
  const corners: Boxes = { kind: "corners", ...deltas };
  const form = {
    corners: one("xyxy", "yxyx", "cxcywh", "xywh"),
    space: one("input", "unit"),
  } as const;
  return one<Boxes>(centreSize, centreSize, corners, corners, { kind: "decoded", ...form, extent });
}

function randomPostprocess(random: Random, one: One, hasGrid: boolean): Postprocess {
  const activation = one("sigmoid", "softmax", "none");
  const clips = ["none", "picture", "input-pixels"] as const;
  return {
    activation,
    background: one(null, 0, 2),
    candidates: {
      perLevel: one(null, wholeBetween(random, 1, 30)),
      total: one(null, wholeBetween(random, 1, 30)),
    },
    clip: hasGrid ? one(...clips, "grid-pixels") : one(...clips),
    nms: { iou: between(random, 0.05, 0.7), perClass: one(true, false) },
    empty: one("keep", "drop", "drop-first"),
    // 0.5 is a multiple of 1/8, so that scores of randomFills() can equal it.
    score: one(0.5, 0.5, between(random, 0.3, 0.7)),
    scoreTest: one("greater", "at-least"),
    limit: wholeBetween(random, 1, 40),
  };
}

/** Returns numbers for the heads of a manifest. Scores often equal each other or the threshold. */
export function randomFills(random: Random, manifest: HeadsManifest): HeadFills {
  const { boxes, anchors, postprocess: { activation } } = manifest;
  const steps = random() < 0.5 && activation !== "softmax";
  const whole = (value: number) => steps ? Math.round(value * 8) / 8 : value;
  const [low, high] = activation === "none" ? [0, 1] : [-4, 2];
  const unitBoxes = boxes.kind === "decoded" && boxes.space === "unit";
  const unitAnchors = anchors.kind === "output" && anchors.space === "unit";
  const boxFill = (side: number) => randomBoxFill(random, side);
  return {
    scores: remember(() => whole(between(random, low, high))),
    deltas: boxes.kind === "decoded"
      ? boxFill(unitBoxes ? 1 : 40)
      : remember(() => between(random, -0.6, 0.6)),
    anchors: boxFill(unitAnchors ? 1 : 40),
  };
}

/** Returns boxes that exceed a square of this side by a little. */
function randomBoxFill(random: Random, side: number): Fill {
  const start = remember(() => between(random, -0.2 * side, 0.8 * side));
  const length = remember(() => between(random, 0.1 * side, 0.5 * side));
  return (place) => {
    const first = { ...place, channel: place.channel % 2 };
    return place.channel < 2 ? start(first) : start(first) + length(first);
  };
}
