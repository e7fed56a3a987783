import type { Plan } from "../core/plan.ts";
import { type AxisWeights, axisWeights } from "./axis_weights.ts";
import type { UprightView } from "./upright_view.ts";

/** What a model wants to find in its input tensor. */
export interface TensorRule {
  /** Order of the three planes. */
  readonly colour: "rgb" | "bgr";
  /** Pixel values are divided by this first: 255 for 0–1, 1 for 0–255. */
  readonly divisor: number;
  /** Subtracted next, in plane order. */
  readonly mean: readonly [number, number, number];
  /** Divided by last, in plane order. */
  readonly std: readonly [number, number, number];
  /** Whether shrinking looks at every pixel; see `axisWeights`. */
  readonly antialias: boolean;
  /** Value of the padding, after normalising. */
  readonly padValue: number;
}

/**
 * Pixels to the input tensor in one pass: resample, colour order, normalise, pad.
 *
 * Each stored row is resampled along x once and added, weighted, to the rows of the tensor that it
 * touches. Normalising is linear and the weights of a pixel sum to 1, so a plane starts at
 * −mean / std and every sample is added already divided.
 *
 * @param view Upright pixels; an alpha channel is not looked at (see `flattenAlpha`).
 * @returns `[3, H, W]` of `plan.input`.
 */
export function toTensor(view: UprightView, plan: Plan, rule: TensorRule): Float32Array {
  const tensor = new Float32Array(3 * plan.input.width * plan.input.height);
  const gain = rule.std.map((std) => 1 / (rule.divisor * std));
  fillPlanes(tensor, plan, rule);
  const columns = weightsFor("width", view, plan, rule);
  const rows = weightsFor("height", view, plan, rule);
  const offsets = byteOffsets(view, columns);
  const line = new Float32Array(3 * plan.resized.width);
  const touched = outputsPerInput(rows, view.height);
  for (let y = 0; y < view.height; y++) {
    const [first, last] = [touched.first[y], touched.last[y]];
    if (first > last) continue;
    resampleLine(view, y, columns, offsets, line);
    for (let output = first; output <= last; output++) {
      const weight = rows.weights[output * rows.taps + y - rows.start[output]];
      if (weight !== 0) addLine(tensor, line, output, weight, plan, rule, gain);
    }
  }
  return tensor;
}

/** Background of every plane: the pad value, and −mean / std where the picture goes. */
function fillPlanes(tensor: Float32Array, plan: Plan, rule: TensorRule): void {
  const { input, resized } = plan;
  const plane = input.width * input.height;
  if (rule.padValue !== 0) tensor.fill(rule.padValue);
  for (let channel = 0; channel < 3; channel++) {
    const zero = -rule.mean[channel] / rule.std[channel];
    for (let y = 0; y < resized.height; y++) {
      const start = channel * plane + y * input.width;
      tensor.fill(zero, start, start + resized.width);
    }
  }
}

function weightsFor(
  side: "width" | "height",
  view: UprightView,
  plan: Plan,
  rule: TensorRule,
): AxisWeights {
  const pixels = plan.source[side] / view.reduction;
  // The last pixel of a reduced picture may be a partial one; mirrored, it comes first.
  const mirrored = (side === "width" ? view.stepX : view.stepY) < 0;
  return axisWeights(
    view[side],
    plan.resized[side],
    pixels / plan.resized[side],
    rule.antialias,
    mirrored ? view[side] - pixels : 0,
  );
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
  line: Float32Array,
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

/** Adds a weighted line to one row of the three planes. */
function addLine(
  tensor: Float32Array,
  line: Float32Array,
  output: number,
  weight: number,
  plan: Plan,
  rule: TensorRule,
  gain: readonly number[],
): void {
  const { input, resized } = plan;
  for (let channel = 0; channel < 3; channel++) {
    const factor = weight * gain[channel];
    const source = rule.colour === "rgb" ? channel : 2 - channel;
    const start = (channel * input.height + output) * input.width;
    for (let x = 0, at = source; x < resized.width; x++, at += 3) {
      tensor[start + x] += factor * line[at];
    }
  }
}
