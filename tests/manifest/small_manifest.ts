import { HEAD_LAYOUTS, type HeadLayout } from "../../src/core/head_layout.ts";
import type { FinishedManifest, HeadsManifest } from "../../src/manifest/manifest.ts";

type Outputs = HeadsManifest["outputs"];

/** Valid manifest: 2 levels, 2 anchors per cell, 3 class ids of which one is unused. */
export const smallManifest = {
  manifest: 1,
  id: "small",
  title: "A model small enough to compute by hand",
  licence: "Apache-2.0",
  graph: {
    file: "small.onnx",
    // SHA-256 of the three bytes "abc" (FIPS 180-4, first example).
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    bytes: 3,
  },
  labels: ["cat", null, "dog"],
  metrics: { ap: 0.25 },
  guesses: { "resample.antialias": "nobody has looked" },
  input: {
    name: "image",
    layout: "nchw",
    type: "float32",
    batch: 1,
    colour: "rgb",
    divisor: 255,
    mean: [0.5, 0.25, 0.125],
    std: [0.5, 0.25, 0.125],
  },
  resize: { kind: "fit", width: 32, height: 32, rounding: "half-up", factor: "per-side" },
  resample: { kind: "bilinear", antialias: true, factor: "per-side", rounding: "none" },
  pad: { kind: "multiple", of: 16, value: 0 },
  outputs: {
    kind: "levels",
    layout: "nchw",
    scores: ["scores_8", "scores_16"],
    deltas: ["deltas_8", "deltas_16"],
  },
  anchors: {
    kind: "sizes",
    levels: [{ stride: 8, sizes: [8] }, { stride: 16, sizes: [16] }],
    unit: "pixels",
    ratios: [1, 4],
    order: "ratio-size",
    rounding: "none",
    centre: 0.5,
    strides: "nominal",
    extent: "edges",
  },
  boxes: { kind: "centre-size", order: "xy", weights: [1, 1, 1, 1], extent: "edges", clamp: 4 },
  postprocess: {
    activation: "sigmoid",
    background: null,
    candidates: { perLevel: 10, total: null },
    clip: "picture",
    nms: { iou: 0.5, perClass: true },
    empty: "keep",
    score: 0.5,
    scoreTest: "greater",
    limit: 5,
  },
} satisfies HeadsManifest as HeadsManifest;

/** Returns the small manifest with other properties. */
export function varied(changes: Partial<HeadsManifest>): HeadsManifest {
  return { ...smallManifest, ...changes };
}

/** Returns the small manifest with other post-processing. */
export function postprocessed(changes: Partial<HeadsManifest["postprocess"]>): HeadsManifest {
  return varied({ postprocess: { ...smallManifest.postprocess, ...changes } });
}

/** Outputs of the same heads as one pair over all levels. */
export const joined: Outputs = {
  kind: "joined",
  scores: "scores",
  deltas: "deltas",
};

function inLayout(layout: HeadLayout): Outputs {
  return { ...smallManifest.outputs, kind: "levels", layout } as Outputs;
}

/** All layouts of heads: channels first, channels last, joined, anchors as a dimension. */
export const layouts: readonly [Outputs, Outputs, Outputs, ...Outputs[]] = [
  smallManifest.outputs,
  inLayout("nhwc"),
  joined,
  ...HEAD_LAYOUTS.filter((layout) => layout.length === 5).map(inLayout),
];

/** Manifest of joined heads with anchors that the graph returns. */
export const listed: HeadsManifest = varied({
  outputs: joined,
  anchors: { kind: "output", name: "anchors", corners: "xyxy", space: "input" },
});

/** Manifest of joined heads with boxes instead of deltas. */
export const decoded: HeadsManifest = varied({
  outputs: joined,
  anchors: { kind: "none" },
  boxes: { kind: "decoded", corners: "xyxy", space: "input", extent: "edges" },
});

const { outputs: _outputs, anchors: _anchors, boxes: _boxes, postprocess: _, ...common } =
  smallManifest;

/** Manifest of the same model with NMS in its graph. */
export const smallFinished: FinishedManifest = {
  ...common,
  outputs: {
    kind: "finished",
    boxes: "boxes",
    scores: "scores",
    labels: "labels",
    count: null,
    batched: false,
    corners: "xyxy",
    space: "input",
  },
  postprocess: { score: 0.5, scoreTest: "greater", limit: 5 },
};

/** Returns the finished manifest with other outputs or thresholds. */
export function finished(
  outputs: Partial<FinishedManifest["outputs"]>,
  postprocess: Partial<FinishedManifest["postprocess"]> = {},
): FinishedManifest {
  return {
    ...smallFinished,
    outputs: { ...smallFinished.outputs, ...outputs },
    postprocess: { ...smallFinished.postprocess, ...postprocess },
  };
}
