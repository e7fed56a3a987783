import type { Size } from "../core/size.ts";
import type { ResizePlan } from "../core/resize_plan.ts";
import { type AxisWeights, axisWeights } from "./axis_weights.ts";
import type { UprightView } from "./upright_view.ts";

/** What a model wants to find in its input tensor. */
export interface TensorRule {
  /** Planes after each other, or the colours of each pixel together. */
  readonly layout: "nchw" | "nhwc";
  /** Order of the three colours. */
  readonly colour: "rgb" | "bgr";
  /** Pixel values are divided by this first: 255 for 0–1, 1 for 0–255. */
  readonly divisor: number;
  /** Subtracted next, in the order of the tensor's colours. */
  readonly mean: readonly [number, number, number];
  /** Divided by last, in the order of the tensor's colours. */
  readonly std: readonly [number, number, number];
  /** Whether shrinking looks at every pixel; see `axisWeights`. */
  readonly antialias: boolean;
  /** Whether pixels are sampled by each side's own ratio, or by the plan's one factor. */
  readonly factor: "per-side" | "one";
  /** Whether pixels become whole after the pass over the rows and after that over the columns. */
  readonly rounding: "none" | "each-pass";
  /** Value of the padding, in the order of the tensor's colours. */
  readonly padValue: readonly [number, number, number];
}

/**
 * Pixels to the input tensor in one pass: resample, colour order, normalise, pad.
 *
 * Each stored row is resampled along x once and added, weighted, to the rows of the tensor that it
 * touches. Normalising is linear and the weights of a pixel sum to 1, so a plane starts at
 * −mean / std and every sample is added already divided. Where pixels are rounded, they are summed
 * as they are, exactly, and normalised in a pass of its own.
 *
 * @param view Upright pixels; an alpha channel is not looked at (see `flattenAlpha`).
 * @returns `[3, H, W]` or `[H, W, 3]` of `plan.input`.
 */
export function toTensor(view: UprightView, plan: ResizePlan, rule: TensorRule): Float32Array {
  const rounds = rule.rounding === "each-pass";
  const length = 3 * plan.input.width * plan.input.height;
  const sums = rounds ? new Float64Array(length) : new Float32Array(length);
  const gain = rule.std.map((std) => rounds ? 1 : 1 / (rule.divisor * std));
  const zero = rule.mean.map((mean, i) => rounds ? 0 : -mean / rule.std[i]);
  const image = channelsOf(sums, plan.input, rule);
  image.forEach((channel, i) => fillBackground(channel, plan, rule.padValue[i], zero[i]));
  const columns = weightsFor("width", view, plan, rule);
  const rows = weightsFor("height", view, plan, rule);
  const offsets = byteOffsets(view, columns);
  const line = new Float64Array(3 * plan.resized.width);
  const touched = outputsPerInput(rows, view.height);
  for (let y = 0; y < view.height; y++) {
    const [first, last] = [touched.first[y], touched.last[y]];
    if (first > last) continue;
    resampleLine(view, y, columns, offsets, line);
    if (rounds) roundLine(line);
    for (let output = first; output <= last; output++) {
      const weight = rows.weights[output * rows.taps + y - rows.start[output]];
      if (weight === 0) continue;
      image.forEach((channel, i) => addLine(channel, output, line, weight * gain[i]));
    }
  }
  if (rounds) image.forEach((channel, i) => normalise(channel, plan.resized, rule, i));
  return rounds ? Float32Array.from(sums) : sums as Float32Array;
}

/** Pillow's resampling of bytes has weights of 22 bits (`Resample.c`, `PRECISION_BITS`). */
const PILLOW_BITS = 22;

/** One colour of the tensor. */
interface Channel {
  readonly data: Float32Array | Float64Array;
  /** Of the top left pixel. */
  readonly offset: number;
  readonly rowStep: number;
  readonly pixelStep: number;
  /** Index of the colour in RGB. */
  readonly colour: number;
}

function channelsOf(
  data: Channel["data"],
  input: Size,
  { layout, colour }: TensorRule,
): Channel[] {
  const pixelStep = layout === "nchw" ? 1 : 3;
  return [0, 1, 2].map((i) => ({
    data,
    offset: layout === "nchw" ? i * input.width * input.height : i,
    rowStep: input.width * pixelStep,
    pixelStep,
    colour: colour === "rgb" ? i : 2 - i,
  }));
}

/** The pad value everywhere, and `zero` where the image goes. */
function fillBackground(channel: Channel, plan: ResizePlan, padValue: number, zero: number): void {
  const { input, resized } = plan;
  for (let y = 0; y < input.height; y++) {
    const inside = y < resized.height ? resized.width : 0;
    fillRow(channel, y, 0, inside, zero);
    fillRow(channel, y, inside, input.width, padValue);
  }
}

function fillRow(channel: Channel, y: number, from: number, to: number, value: number): void {
  const { data, offset, rowStep, pixelStep } = channel;
  const row = offset + y * rowStep;
  if (pixelStep === 1) {
    data.fill(value, row + from, row + to);
    return;
  }
  for (let x = from; x < to; x++) data[row + x * pixelStep] = value;
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
  // The last pixel of a reduced image may be a partial one; mirrored, it comes first.
  const mirrored = (side === "width" ? view.stepX : view.stepY) < 0;
  const shift = mirrored ? view[side] - pixels : 0;
  const bits = rule.rounding === "each-pass" ? PILLOW_BITS : null;
  return axisWeights(view[side], plan.resized[side], scale, rule.antialias, shift, bits);
}

/** Byte offset, within a row, of the first pixel of each output column. */
function byteOffsets(view: UprightView, columns: AxisWeights): Int32Array {
  return columns.start.map((x) => x * view.stepX);
}

/** For each input row, the first and last output row that looks at it. */
function outputsPerInput(rows: AxisWeights, inputs: number) {
  const first = new Int32Array(inputs).fill(rows.start.length);
  const last = new Int32Array(inputs).fill(-1);
  for (let output = 0; output < rows.start.length; output++) {
    for (let tap = 0; tap < rows.taps; tap++) {
      if (rows.weights[output * rows.taps + tap] === 0) continue;
      const y = rows.start[output] + tap;
      first[y] = Math.min(first[y], output);
      last[y] = output;
    }
  }
  return { first, last };
}

/** One stored row along x: `[W, 3]` RGB, 0–255. */
function resampleLine(
  view: UprightView,
  y: number,
  columns: AxisWeights,
  offsets: Int32Array,
  line: Float64Array,
): void {
  const { data, stepX, channels } = view;
  const { taps, weights } = columns;
  const row = view.offset + y * view.stepY;
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let x = 0, out = 0, w = 0; x < offsets.length; x++, out += 3) {
    let at = row + offsets[x];
    let [r, g, b] = [0, 0, 0];
    for (let tap = 0; tap < taps; tap++, w++, at += stepX) {
      const weight = weights[w];
      r += weight * data[at];
      g += weight * data[at + green];
      b += weight * data[at + blue];
    }
    line[out] = r;
    line[out + 1] = g;
    line[out + 2] = b;
  }
}

function roundLine(line: Float64Array): void {
  for (let i = 0; i < line.length; i++) line[i] = Math.floor(line[i] + 0.5);
}

/** Adds a weighted line to one row of a channel. Bare, as ingest spends its time here. */
function addLine(channel: Channel, y: number, line: Float64Array, factor: number): void {
  const { data, offset, rowStep, pixelStep } = channel;
  let to = offset + y * rowStep;
  for (let at = channel.colour; at < line.length; at += 3, to += pixelStep) {
    data[to] += factor * line[at];
  }
}

/** Whole pixels, normalised. */
function normalise(channel: Channel, size: Size, rule: TensorRule, i: number): void {
  const { data, offset, rowStep, pixelStep } = channel;
  const [mean, std] = [rule.mean[i], rule.std[i]];
  for (let y = 0; y < size.height; y++) {
    for (let x = 0, at = offset + y * rowStep; x < size.width; x++, at += pixelStep) {
      data[at] = (Math.floor(data[at] + 0.5) / rule.divisor - mean) / std;
    }
  }
}
