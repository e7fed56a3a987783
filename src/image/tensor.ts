import type { ResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { type AxisWeights, axisWeights } from "./axis_weights.ts";
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
  /** Values of the whole tensor. */
  readonly data: Float32Array | Float64Array;
  /** Index of the top left pixel of the tensor. */
  readonly offset: number;
  /** Index of the top left pixel of the image area. */
  readonly imageOffset: number;
  /** Distance between rows. */
  readonly rowStep: number;
  /** Distance between pixels of a row. */
  readonly pixelStep: number;
  /** Index of the colour in RGB. */
  readonly colour: number;
  readonly mean: number;
  readonly std: number;
  readonly padValue: number;
  /** Value of the image area before any sample is added. */
  readonly start: number;
  /** Factor of each sample. */
  readonly gain: number;
}

/**
 * Converts pixels to the input tensor: resamples, orders colours, normalises and pads in one pass.
 *
 * Each stored row is resampled along x once. The result is then added, weighted, to every row of
 * the tensor that it contributes to. Normalisation is linear and the weights of a pixel sum to 1,
 * so the values start at −mean / std, and each sample is added already divided.
 *
 * With `rounding: "each-pass"`, samples are summed unnormalised in float64, and a second pass
 * rounds and normalises.
 *
 * @param view Upright pixels; an alpha channel is ignored (see `flattenAlpha`).
 * @param plan Resize plan of the image.
 * @returns `[3, H, W]` or `[H, W, 3]`, with H and W of `plan.input`.
 */
export function toTensor(view: UprightView, plan: ResizePlan, rule: TensorRule): Float32Array {
  const rounds = rule.rounding === "each-pass";
  const length = 3 * plan.input.width * plan.input.height;
  const sums = rounds ? new Float64Array(length) : new Float32Array(length);
  const channels = channelsOf(sums, plan, rule);
  for (const channel of channels) fillBackground(channel, plan);
  addPixels(channels, view, plan, rule);
  if (rounds) {
    for (const channel of channels) normalise(channel, plan.resized, rule.divisor);
  }
  return sums instanceof Float32Array ? sums : Float32Array.from(sums);
}

function channelsOf(
  data: Channel["data"],
  { input, offset: { x, y } }: ResizePlan,
  { layout, colour, divisor, mean, std, rounding, padValue }: TensorRule,
): Channel[] {
  const pixelStep = layout === "nchw" ? 1 : 3;
  const rounds = rounding === "each-pass";
  return ([0, 1, 2] as const).map((i) => ({
    data,
    offset: layout === "nchw" ? i * input.width * input.height : i,
    imageOffset: (layout === "nchw" ? i * input.width * input.height : i) +
      (y * input.width + x) * pixelStep,
    rowStep: input.width * pixelStep,
    pixelStep,
    colour: colour === "rgb" ? i : 2 - i,
    mean: mean[i],
    std: std[i],
    padValue: padValue[i],
    start: rounds ? 0 : -mean[i] / std[i],
    gain: rounds ? 1 : 1 / (divisor * std[i]),
  }));
}

/** Fills the image area with the start value and the rest with the pad value. */
function fillBackground(channel: Channel, { input, resized, offset }: ResizePlan): void {
  for (let y = 0; y < input.height; y++) {
    const isInside = y >= offset.y && y < offset.y + resized.height;
    const start = isInside ? offset.x : 0;
    const end = isInside ? offset.x + resized.width : 0;
    fillRow(channel, y, 0, start, channel.padValue);
    fillRow(channel, y, start, end, channel.start);
    fillRow(channel, y, end, input.width, channel.padValue);
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

/** Adds the resampled pixels to the channels: along x once per stored row, then along y. */
function addPixels(
  channels: readonly Channel[],
  view: UprightView,
  plan: ResizePlan,
  rule: TensorRule,
): void {
  const rounds = rule.rounding === "each-pass";
  const columns = weightsFor("width", view, plan, rule);
  const rows = weightsFor("height", view, plan, rule);
  const offsets = byteOffsets(view, columns);
  const outputs = outputsPerInput(rows, view.height);
  const line = new Float64Array(3 * plan.resized.width);
  for (let y = 0; y < view.height; y++) {
    const first = outputs.first[y]!;
    const last = outputs.last[y]!;
    if (first > last) continue;
    resampleLine(view, y, columns, offsets, line);
    if (rounds) roundLine(line);
    for (let output = first; output <= last; output++) {
      const weight = rows.weights[output * rows.taps + y - rows.start[output]!]!;
      if (weight === 0) continue;
      for (const channel of channels) addLine(channel, output, line, weight * channel.gain);
    }
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

/** Returns the byte offset, within a row, of the first input pixel of each output column. */
function byteOffsets(view: UprightView, columns: AxisWeights): Int32Array {
  return columns.start.map((x) => x * view.stepX);
}

/** Returns the first and the last output row to which each input row contributes. */
function outputsPerInput(rows: AxisWeights, inputs: number) {
  const first = new Int32Array(inputs).fill(rows.start.length);
  const last = new Int32Array(inputs).fill(-1);
  for (let output = 0; output < rows.start.length; output++) {
    for (let tap = 0; tap < rows.taps; tap++) {
      if (rows.weights[output * rows.taps + tap] === 0) continue;
      const y = rows.start[output]! + tap;
      first[y] = Math.min(first[y]!, output);
      last[y] = output;
    }
  }
  return { first, last };
}

/**
 * Resamples one stored row along x.
 *
 * @param line `[W, 3]` RGB, 0 to 255; receives the result.
 */
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
    let at = row + offsets[x]!;
    let [r, g, b] = [0, 0, 0];
    for (let tap = 0; tap < taps; tap++, w++, at += stepX) {
      const weight = weights[w]!;
      r += weight * data[at]!;
      g += weight * data[at + green]!;
      b += weight * data[at + blue]!;
    }
    line[out] = r;
    line[out + 1] = g;
    line[out + 2] = b;
  }
}

function roundLine(line: Float64Array): void {
  for (let i = 0; i < line.length; i++) line[i] = Math.floor(line[i]! + 0.5);
}

/** Adds a weighted line to one row of a channel. Preprocessing spends most of its time here. */
function addLine(channel: Channel, y: number, line: Float64Array, weight: number): void {
  const { data, imageOffset, rowStep, pixelStep } = channel;
  let to = imageOffset + y * rowStep;
  for (let at = channel.colour; at < line.length; at += 3, to += pixelStep) {
    data[to]! += weight * line[at]!;
  }
}

/** Rounds the image area of a channel to whole pixel values, then normalises it. */
function normalise(channel: Channel, size: Size, divisor: number): void {
  const { data, imageOffset, rowStep, pixelStep, mean, std } = channel;
  for (let y = 0; y < size.height; y++) {
    for (let x = 0, at = imageOffset + y * rowStep; x < size.width; x++, at += pixelStep) {
      data[at] = (Math.floor(data[at]! + 0.5) / divisor - mean) / std;
    }
  }
}
