import type { Manifest } from "../../models/manifest.ts";

/** A valid manifest: 2 levels, 2 anchors per cell, 3 class ids of which one is unused. */
export const smallManifest: Manifest = {
  manifest: 1,
  id: "small",
  title: "A model small enough to compute by hand",
  licence: "Apache-2.0",
  graph: {
    file: "small.onnx",
    // Of the three bytes "abc" (FIPS 180-4, first example).
    sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    bytes: 3,
  },
  labels: ["cat", null, "dog"],
  metrics: { ap: 0.25 },
  input: {
    name: "image",
    layout: "nchw",
    type: "float32",
    colour: "rgb",
    divisor: 255,
    mean: [0.5, 0.25, 0.125],
    std: [0.5, 0.25, 0.125],
  },
  resize: { kind: "fit", width: 32, height: 32 },
  resample: { kind: "bilinear", antialias: true },
  pad: { kind: "multiple", of: 16, value: 0 },
  outputs: {
    kind: "levels",
    layout: "nchw",
    scores: ["scores_8", "scores_16"],
    deltas: ["deltas_8", "deltas_16"],
  },
  anchors: {
    levels: [{ stride: 8, sizes: [8] }, { stride: 16, sizes: [16] }],
    ratios: [1, 4],
    order: "ratio-size",
    rounding: "none",
    centre: 0.5,
    strides: "nominal",
  },
  boxes: { kind: "centre-size", weights: [1, 1, 1, 1], clamp: 4 },
  postprocess: {
    activation: "sigmoid",
    score: 0.5,
    candidatesPerLevel: 10,
    clip: "before-nms",
    nms: { iou: 0.5, perClass: true },
    limit: 5,
  },
};

/** The small manifest with other properties. */
export function varied(changes: Partial<Manifest>): Manifest {
  return { ...smallManifest, ...changes };
}

/** The same heads as one pair over all levels. */
export const joined: Manifest["outputs"] = { kind: "joined", scores: "scores", deltas: "deltas" };

/** The ways in which a graph may lay out its heads. */
export const layouts: readonly Manifest["outputs"][] = [
  smallManifest.outputs,
  { ...smallManifest.outputs, kind: "levels", layout: "nhwc" } as Manifest["outputs"],
  joined,
];
