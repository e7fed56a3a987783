import type { Manifest } from "../../manifest/manifest.ts";
import { boxForm } from "../../manifest/schema/values.ts";

/** Other possible value of a property of a manifest. */
export interface Alternative {
  /** Path of the property, with dots. */
  readonly property: string;
  /** Value, as in the JSON of the manifest. */
  readonly value: unknown;
  /** Description of the effect that a wrong value has on the detections. */
  readonly symptom: string;
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Means in BGR of networks from Caffe, by keras-retinanet and by detectron2. */
const CAFFE = [[103.939, 116.779, 123.68], [103.53, 116.28, 123.675]];

const COLOUR = "colours swapped: scores too low";
const SCALE = "pixels scaled otherwise: scores far too low, or none";
const SIZE = "resized otherwise: boxes shifted, stretched or of the wrong size";
const RESAMPLE = "resampled otherwise: scores off by a little";
const ANCHORS = "other anchors: boxes shifted, or of the wrong shape";
const ORDER = "numbers of a box in another order: boxes turned or thrown about";

/**
 * Lists other values of properties that often differ between frameworks. Some are invalid in this
 * manifest, or equal to its own.
 */
export function alternativesTo(manifest: Manifest): Alternative[] {
  return [
    ...inputAlternatives(manifest),
    ...resizeAlternatives(manifest),
    ...all("resample.antialias", [true, false], RESAMPLE),
    ...all("resample.rounding", ["none", "each-pass"], RESAMPLE),
    ...all("resample.factor", ["per-side", "one"], RESAMPLE),
    ...all("outputs.corners", boxForm.options, ORDER),
    ...all(
      "outputs.space",
      ["input", "unit", "source"],
      "unit of the boxes: all in a corner, or all at the edge",
    ),
    ...all("boxes.corners", boxForm.options, ORDER),
    ...all(
      "boxes.space",
      ["input", "unit"],
      "unit of the boxes: all in a corner, or all at the edge",
    ),
    ...all("boxes.order", ["xy", "yx"], ORDER),
    ...all("boxes.extent", ["edges", "last-pixel"], "boxes off by one pixel"),
    ...all(
      "boxes.weights",
      [[1, 1, 1, 1], [5, 5, 5, 5], [10, 10, 5, 5]],
      "deltas too large or small",
    ),
    ...anchorAlternatives(manifest),
    ...all("postprocess.activation", ["sigmoid", "softmax", "none"], "scores too low or too high"),
    ...all("postprocess.scoreTest", ["greater", "at-least"], "a detection more or less"),
    ...all("postprocess.clip", ["none", "picture", "input-pixels"], "boxes at the edge differ"),
    ...all("postprocess.empty", ["keep", "drop", "drop-first"], "boxes without area"),
    ...all("postprocess.nms.perClass", [true, false], "overlapping boxes of other classes"),
    ...all("postprocess.limit", [100, 300], "more or fewer detections"),
  ];
}

function inputAlternatives({ input }: Manifest): Alternative[] {
  const colour = all("input.colour", ["rgb", "bgr"], COLOUR);
  if (input.type === "uint8") return colour;
  const scaled = (factor: number, values: readonly number[]) => values.map((each) => each * factor);
  const { mean, std } = IMAGENET;
  return [
    ...colour,
    { property: "input", value: { ...input, divisor: 255, mean, std }, symptom: SCALE },
    {
      property: "input",
      value: { ...input, divisor: 1, mean: scaled(255, mean), std: scaled(255, std) },
      symptom: SCALE,
    },
    ...[1, 255].map((divisor) => ({
      property: "input",
      value: { ...input, divisor, mean: [0, 0, 0], std: [1, 1, 1] },
      symptom: SCALE,
    })),
    {
      property: "input",
      value: { ...input, divisor: 127.5, mean: [1, 1, 1], std: [1, 1, 1] },
      symptom: SCALE,
    },
    ...CAFFE.flatMap((caffe) => {
      const means = { bgr: caffe, rgb: caffe.toReversed() };
      return (["bgr", "rgb"] as const).map((colour) => ({
        property: "input",
        value: { ...input, colour, divisor: 1, mean: means[colour], std: [1, 1, 1] },
        symptom: SCALE,
      }));
    }),
  ];
}

function resizeAlternatives({ resize, pad }: Manifest): Alternative[] {
  const { value } = pad;
  const rules = all("resize.rounding", ["floor", "half-up", "half-even"], SIZE);
  const shared = [
    ...rules,
    ...all("resize.factor", ["per-side", "one"], SIZE),
    ...all("resize.scale", ["float64", "float32-reciprocal"], SIZE),
    ...all("pad.align", ["start", "centre"], "padding on other sides: boxes shifted"),
  ];
  if (resize.kind === "stretch" || resize.kind === "crop" || resize.kind === "letterbox") {
    const fit = { ...resize, kind: "fit", rounding: "half-up", factor: "per-side" };
    const kinds = all("resize.kind", ["letterbox", "crop", "stretch"], SIZE);
    return [...shared, ...kinds, { property: "resize", value: fit, symptom: SIZE }];
  }
  if (resize.kind === "fit") {
    const { width, height } = resize;
    return [...shared, {
      property: "resize",
      value: { kind: "stretch", width, height },
      symptom: SIZE,
    }];
  }
  if (resize.kind !== "shortest") return shared;
  return [
    ...shared,
    ...[[600, 1000], [640, 1333], [800, 1333]].map(([shortest, longest]) => ({
      property: "resize",
      value: { ...resize, shortest, longest },
      symptom: SIZE,
    })),
    ...[{ kind: "none", value }, { kind: "multiple", of: 32, value }, {
      kind: "multiple",
      of: 128,
      value,
    }].map((rule) => ({ property: "pad", value: rule, symptom: "padding: boxes differ a little" })),
  ];
}

/** Usual shorter sides of the input, in pixels. */
const SHORTEST = [
  192,
  256,
  300,
  320,
  384,
  416,
  448,
  480,
  512,
  608,
  672,
  704,
  736,
  768,
  832,
  896,
  1024,
];

/** Lists other sizes of the input, with the proportions of COCO's settings and of the manifest. */
export function alternativeSizes({ resize, pad }: Manifest): Alternative[] {
  if (resize.kind === "none") return [];
  if (resize.kind === "shortest") {
    const proportions = [1333 / 800, resize.longest / resize.shortest, 1, 2];
    return proportions.flatMap((proportion) =>
      SHORTEST.map((shortest) => ({
        property: "resize",
        value: { ...resize, shortest, longest: Math.round(shortest * proportion) },
        symptom: SIZE,
      }))
    );
  }
  // A fixed padding has the size of the resize rule, and so only both together fit the graph.
  if (pad.kind === "fixed") return [];
  return SHORTEST.map((side) => ({
    property: "resize",
    value: { ...resize, width: side, height: side },
    symptom: SIZE,
  }));
}

function anchorAlternatives(manifest: Manifest): Alternative[] {
  if (!("anchors" in manifest)) return [];
  const { anchors } = manifest;
  const placed = [
    ...all("anchors.centre", [0, 0.5], ANCHORS),
    ...all("anchors.order", ["ratio-size", "size-ratio"], ANCHORS),
    ...all("anchors.rounding", ["none", "half-even"], ANCHORS),
    ...all(
      "anchors.strides",
      ["nominal", "floor-input-over-grid", "input-width-over-grid"],
      ANCHORS,
    ),
    ...all("anchors.extent", ["edges", "last-pixel"], "boxes off by one pixel"),
    ...all("anchors.corners", boxForm.options, ORDER),
    ...all("anchors.space", ["input", "unit"], ANCHORS),
  ];
  if (anchors.kind !== "sizes") return placed;
  const sized = (factor: number) =>
    anchors.levels.map(({ stride, sizes }) => ({ stride, sizes: sizes.map((s) => s * factor) }));
  const { ratios } = anchors;
  return [
    ...placed,
    ...all("anchors.ratios", [ratios.toReversed(), ratios.map((ratio) => 1 / ratio)], ANCHORS),
    ...all(
      "anchors.levels",
      [sized(2), sized(0.5)],
      "anchors of the wrong size: boxes too large or small",
    ),
  ];
}

function all(property: string, values: readonly unknown[], symptom: string): Alternative[] {
  return values.map((value) => ({ property, value, symptom }));
}
