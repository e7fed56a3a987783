import type { ResizePlan } from "../core/resize_plan.ts";
import { type AxisWeights, axisWeights } from "./axis_weights.ts";
import { RowResampler } from "./row_resampler.ts";
import type { UprightView } from "./upright_view.ts";

/** Properties of a model's input tensor. */
export interface TensorRule {
  /** Memory layout: one plane per colour (`nchw`), or the colours of each pixel together. */
  readonly layout: "nchw" | "nhwc";
  /** Order of the three colours. */
  readonly colour: "rgb" | "bgr";
  /** First step of normalisation: divisor of the pixel values; 255 gives 0 to 1. */
  readonly divisor: number;
  /** Second step: mean to subtract, in the tensor's colour order. */
  readonly mean: readonly [number, number, number];
  /** Third step: standard deviation to divide by, in the tensor's colour order. */
  readonly std: readonly [number, number, number];
  /** True if every source pixel counts when an image shrinks; see `axisWeights`. */
  readonly antialias: boolean;
  /** Sampling distance: each side's own ratio after rounding, or one ratio before rounding. */
  readonly factor: "per-side" | "one";
  /** Rounding to whole pixel values after the pass along x and again after the pass along y. */
  readonly rounding: "none" | "each-pass";
  /** Value of the padding, not normalised, in the tensor's colour order. */
  readonly padValue: readonly [number, number, number];
}

/** Fraction bits of the weights with which Pillow resamples bytes (`Resample.c`). */
const PILLOW_BITS = 22;

/** One colour of the tensor. */
interface Channel {
  /** Index of the top left pixel of the image area. */
  readonly start: number;
  /** Index of the colour in RGB. */
  readonly colour: number;
  readonly mean: number;
  readonly std: number;
}

/**
 * Converts pixels to the input tensor: resamples, orders colours, normalises and pads.
 *
 * @param view Upright pixels; an alpha channel is ignored (see `flattenAlpha`).
 * @param plan Resize plan of the image.
 * @returns `[3, H, W]` or `[H, W, 3]`, with H and W of `plan.input`.
 */
export function toTensor(view: UprightView, plan: ResizePlan, rule: TensorRule): Float32Array {
  const { input, resized } = plan;
  const tensor = new Float32Array(3 * input.width * input.height);
  fillPadding(tensor, plan, rule);
  const channels = channelsOf(plan, rule);
  const resampler = new RowResampler(view, {
    columns: weightsFor("width", view, plan, rule),
    rows: weightsFor("height", view, plan, rule),
    rounds: rule.rounding === "each-pass",
  });
  const pixelStep = rule.layout === "nchw" ? 1 : 3;
  const rowStep = input.width * pixelStep;
  for (let y = 0; y < resized.height; y++) {
    const row = resampler.row(y);
    for (const { start, colour, mean, std } of channels) {
      const samples = row.subarray(colour * resized.width, (colour + 1) * resized.width);
      const gain = 1 / (rule.divisor * std);
      writeSamples(tensor, start + y * rowStep, pixelStep, samples, gain, -mean / std);
    }
  }
  return tensor;
}

function channelsOf(
  { input, offset }: ResizePlan,
  { layout, colour, mean, std }: TensorRule,
): Channel[] {
  const pixel = offset.y * input.width + offset.x;
  return ([0, 1, 2] as const).map((i) => ({
    start: layout === "nchw" ? i * input.width * input.height + pixel : 3 * pixel + i,
    colour: colour === "rgb" ? i : 2 - i,
    mean: mean[i],
    std: std[i],
  }));
}

/** Fills the tensor with the pad value if the image does not cover it. */
function fillPadding(
  tensor: Float32Array,
  { input, resized }: ResizePlan,
  { layout, padValue }: TensorRule,
): void {
  const isCovered = resized.width === input.width && resized.height === input.height;
  if (isCovered || padValue.every((value) => value === 0)) return;
  const area = input.width * input.height;
  for (const [i, value] of padValue.entries()) {
    if (layout === "nchw") tensor.fill(value, i * area, (i + 1) * area);
    else for (let at = i; at < tensor.length; at += 3) tensor[at] = value;
  }
}

/** Writes the samples of one colour, normalised: each becomes `gain · sample + bias`. */
function writeSamples(
  tensor: Float32Array,
  start: number,
  pixelStep: number,
  samples: Float64Array,
  gain: number,
  bias: number,
): void {
  for (let x = 0, at = start; x < samples.length; x++, at += pixelStep) {
    tensor[at] = gain * samples[x]! + bias;
  }
}

function weightsFor(
  side: "width" | "height",
  view: UprightView,
  plan: ResizePlan,
  rule: TensorRule,
): AxisWeights {
  const pixels = plan.source[side] / view.reduction;
  const scale = rule.factor === "one" && plan.ratio !== null
    ? 1 / (plan.ratio * view.reduction)
    : pixels / plan.resized[side];
  // The last pixel of a reduced image may be a partial one. In a mirrored image it comes first.
  const isMirrored = (side === "width" ? view.stepX : view.stepY) < 0;
  const shift = isMirrored ? view[side] - pixels : 0;
  const bits = rule.rounding === "each-pass" ? PILLOW_BITS : null;
  return axisWeights(view[side], plan.resized[side], scale, rule.antialias, shift, bits);
}
