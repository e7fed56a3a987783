import type { ResizePlan } from "../core/resize_plan.ts";
import type { SourceWindow } from "../core/source_window.ts";
import { type AxisWeights, axisWeights, windowWeights } from "./axis_weights.ts";
import { RowCopier } from "./row_copier.ts";
import type { CreateRowPasses, Normalisation } from "./row_passes.ts";
import { RowResampler } from "./row_resampler.ts";
import { decodedLength, startOf, type UprightView } from "./upright_view.ts";

/** Properties of a model's input tensor. */
export interface TensorRule {
  /**
   * Memory layout: one plane per colour (`nchw`), or the three colours of each pixel together
   * (`nhwc`).
   */
  readonly layout: "nchw" | "nhwc";
  /** Order of the three colours. */
  readonly colour: "rgb" | "bgr";
  /**
   * First step of normalisation: pixel values are divided by the divisor. A divisor of 255 gives
   * values from 0 to 1.
   */
  readonly divisor: number;
  /**
   * Second step of normalisation: the mean of each colour is subtracted. The means have the order
   * of `colour`.
   */
  readonly mean: readonly [number, number, number];
  /**
   * Third step of normalisation: values are divided by the standard deviation of each colour. The
   * deviations have the order of `colour`.
   */
  readonly std: readonly [number, number, number];
  /** True: every source pixel counts when an image shrinks (antialiasing). */
  readonly antialias: boolean;
  /**
   * Ratio between the sides of the source and the sides of the resized image. `per-side`: each side
   * has its own ratio, computed from the rounded size. `one`: both sides have the same ratio,
   * computed before the sides are rounded.
   */
  readonly factor: "per-side" | "one";
  /**
   * Rounding of resampled values. `each-pass`: values are rounded to whole numbers after resampling
   * along x, and again after resampling along y.
   */
  readonly rounding: "none" | "each-pass";
  /**
   * Values of the padding in the order of `colour`, written to the tensor without normalisation.
   */
  readonly padValue: readonly [number, number, number];
}

/**
 * Number of binary digits after the point to which Pillow rounds weights when it resamples bytes
 * (`Resample.c`).
 */
const PILLOW_BITS = 22;

/** Properties of one of the three colours of the tensor. */
interface Channel {
  /** Index in the tensor of the image's top left pixel. Padding may come before this pixel. */
  readonly start: number;
  /** Index of the colour. 0: red, 1: green, 2: blue. */
  readonly colour: number;
  readonly mean: number;
  readonly std: number;
}

/**
 * Converts pixels to the input tensor: resamples, orders colours, normalises and pads.
 *
 * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
 * @param plan Resize plan of the image.
 * @param createPasses Faster passes of the resampling than those in TypeScript, if there are any.
 * @returns `[3, height, width]` or `[height, width, 3]`. Height and width are those of
 *   `plan.input`.
 */
export function toTensor(
  view: UprightView,
  plan: ResizePlan,
  rule: TensorRule,
  createPasses?: CreateRowPasses,
): Float32Array {
  const { input, resized } = plan;
  const tensor = new Float32Array(3 * input.width * input.height);
  fillPadding(tensor, plan, rule);
  const channels = channelsOf(plan, rule);
  const columns = weightsFor("width", view, plan, rule);
  const rows = weightsFor("height", view, plan, rule);
  const resampling = {
    ...{ columns, rows, rounds: rule.rounding === "each-pass" },
    ...normalisationOf(channels, rule),
  };
  // One weight per pixel is a weight of 1, unless it belongs to a window that ends inside the image.
  const isCopy = plan.window === undefined && columns.taps === 1 && rows.taps === 1;
  const source = isCopy
    ? new RowCopier(view, resampling)
    : new RowResampler(view, resampling, createPasses);
  const pixelStep = rule.layout === "nchw" ? 1 : 3;
  const rowStep = input.width * pixelStep;
  for (let y = 0; y < resized.height; y++) {
    const row = source.row(y);
    for (const { start, colour } of channels) {
      const samples = row.subarray(colour * resized.width, (colour + 1) * resized.width);
      writeSamples(tensor, start + y * rowStep, pixelStep, samples);
    }
  }
  if (plan.window !== undefined) blendPadding(tensor, channels, { columns, rows }, plan, rule);
  return tensor;
}

/**
 * Adds the pad value to output pixels that are partly resampled from pixels outside the source.
 *
 * The weights of an output pixel at the edge have a sum below 1. Without this function, the pixels
 * outside the source would count as black.
 */
function blendPadding(
  tensor: Float32Array,
  channels: readonly Channel[],
  { columns, rows }: { columns: AxisWeights; rows: AxisWeights },
  { input, resized }: ResizePlan,
  { layout, padValue }: TensorRule,
): void {
  const [across, down] = [sumsOf(columns), sumsOf(rows)];
  const pixelStep = layout === "nchw" ? 1 : 3;
  for (const [i, { start, mean, std }] of channels.entries()) {
    const difference = padValue[i]! + mean / std;
    for (let y = 0; y < resized.height; y++) {
      for (let x = 0; x < resized.width; x++) {
        const missing = 1 - across[x]! * down[y]!;
        if (missing > 0) {
          tensor[start + (y * input.width + x) * pixelStep]! += missing * difference;
        }
      }
    }
  }
}

/** Returns the sum of the weights of each output pixel. */
function sumsOf({ taps, start, weights }: AxisWeights): Float64Array {
  return Float64Array.from(start, (_, output) => {
    return weights.subarray(output * taps, (output + 1) * taps).reduce(
      (sum, each) => sum + each,
      0,
    );
  });
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

/** Returns the gains and biases of red, green and blue. */
function normalisationOf(channels: readonly Channel[], { divisor }: TensorRule): Normalisation {
  const [red, green, blue] = channels.toSorted((a, b) => a.colour - b.colour);
  const each = (valueOf: (channel: Channel) => number) =>
    [valueOf(red!), valueOf(green!), valueOf(blue!)] as const;
  return {
    gains: each(({ std }) => 1 / (divisor * std)),
    biases: each(({ mean, std }) => -mean / std),
  };
}

/** Fills the tensor with the pad value if the image does not cover the whole tensor. */
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

/** Writes one row of one colour to the tensor. */
function writeSamples(
  tensor: Float32Array,
  start: number,
  pixelStep: number,
  samples: Float32Array,
): void {
  if (pixelStep === 1) return tensor.set(samples, start);
  for (let x = 0, at = start; x < samples.length; x++, at += pixelStep) tensor[at] = samples[x]!;
}

function weightsFor(
  side: "width" | "height",
  view: UprightView,
  plan: ResizePlan,
  rule: TensorRule,
): AxisWeights {
  if (plan.window !== undefined) return weightsOfWindow(side, view, plan.window, plan, rule);
  const pixels = decodedLength(view, side, plan.source[side]);
  const scale = rule.factor === "one" && plan.ratio !== null
    ? 1 / (plan.ratio * (view.reduction ?? plan.source[side] / pixels))
    : pixels / plan.resized[side];
  const shift = startOf(view, side, pixels);
  const bits = rule.rounding === "each-pass" ? PILLOW_BITS : null;
  return axisWeights(view[side], plan.resized[side], scale, rule.antialias, shift, bits);
}

/**
 * Computes the weights for resizing only a part of the source. Used only for images that are
 * decoded at full size.
 */
function weightsOfWindow(
  side: "width" | "height",
  view: UprightView,
  window: SourceWindow,
  { resized }: ResizePlan,
  { antialias, rounding }: TensorRule,
): AxisWeights {
  const bits = rounding === "each-pass" ? PILLOW_BITS : null;
  const scale = window[side] / resized[side];
  const weights = axisWeights(window[side], resized[side], scale, antialias, 0, bits);
  return windowWeights(weights, side === "width" ? window.left : window.top, view[side]);
}
