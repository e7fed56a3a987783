import type { ResizePlan } from "../../src/core/resize_plan.ts";
import type { TensorRule } from "../../src/image/tensor.ts";

/** Upright image as a function: red, green and blue of a pixel, 0 to 255. */
export type Image = (x: number, y: number) => readonly [number, number, number];

/**
 * Computes the weights of one axis by definition.
 *
 * Follows torch's `area_pixel_compute_source_index` without antialias, and Pillow's
 * `precompute_coeffs` with it.
 *
 * @returns `[outputs][inputs]`.
 */
export function naiveWeights(
  inputs: number,
  outputs: number,
  scale: number,
  antialias: boolean,
): number[][] {
  return Array.from(
    { length: outputs },
    (_, output) =>
      antialias ? pillowRow(inputs, output, scale) : torchRow(inputs, (output + 0.5) * scale - 0.5),
  );
}

function torchRow(inputs: number, at: number): number[] {
  const row = new Array<number>(inputs).fill(0);
  const real = Math.max(0, at);
  const low = Math.min(Math.floor(real), inputs - 1);
  const high = Math.min(low + 1, inputs - 1);
  const blend = Math.min(real - low, 1);
  row[low]! += 1 - blend;
  row[high]! += blend;
  return row;
}

function pillowRow(inputs: number, output: number, scale: number): number[] {
  const filterScale = Math.max(1, scale);
  const centre = (output + 0.5) * scale;
  const first = Math.max(0, Math.trunc(centre - filterScale + 0.5));
  const end = Math.min(inputs, Math.trunc(centre + filterScale + 0.5));
  const row = Array.from({ length: inputs }, (_, input) => {
    if (input < first || input >= end) return 0;
    return Math.max(0, 1 - Math.abs((input - centre + 0.5) / filterScale));
  });
  const sum = row.reduce((total, weight) => total + weight);
  return row.map((weight) => weight / sum);
}

/**
 * Computes the input tensor by definition, each pixel of each colour separately.
 *
 * @param lean Offset added before rounding, because a halfway value in float32 may round either way.
 */
export function naiveTensor(
  image: Image,
  plan: ResizePlan,
  rule: TensorRule,
  lean = 0,
): number[] {
  const { resized, input } = plan;
  const pixels = naivePixels(image, plan, rule, lean);
  const value = (y: number, x: number, plane: number) => {
    if (x >= resized.width || y >= resized.height) return rule.padValue[plane]!;
    const colour = pixels[y]![x]![rule.colour === "rgb" ? plane : 2 - plane]!;
    return (colour / rule.divisor - rule.mean[plane]!) / rule.std[plane]!;
  };
  const [rows, columns] = [countTo(input.height), countTo(input.width)];
  const planes = [0, 1, 2];
  return rule.layout === "nchw"
    ? planes.flatMap((plane) => rows.flatMap((y) => columns.map((x) => value(y, x, plane))))
    : rows.flatMap((y) => columns.flatMap((x) => planes.map((plane) => value(y, x, plane))));
}

/**
 * Resizes along x and then along y, and rounds half up after each pass if the rule says so (Pillow).
 *
 * @returns `[H][W][3]` RGB.
 */
function naivePixels(
  image: Image,
  plan: ResizePlan,
  rule: TensorRule,
  lean: number,
): number[][][] {
  const { source, resized } = plan;
  const whole = (value: number) =>
    rule.rounding === "each-pass" ? Math.floor(value + 0.5 + lean) : value;
  const weights = (side: "width" | "height") => {
    const ratio = source[side] / resized[side];
    const scale = rule.factor === "one" && plan.ratio !== null ? 1 / plan.ratio : ratio;
    return naiveWeights(source[side], resized[side], scale, rule.antialias);
  };
  const columns = weights("width");
  const narrow = countTo(source.height).map((y) => {
    const line = countTo(source.width).map((x) => image(x, y));
    return columns.map((taps) => blend(line, taps).map(whole));
  });
  return weights("height").map((taps) =>
    countTo(resized.width).map((x) => blend(narrow.map((line) => line[x]!), taps).map(whole))
  );
}

function blend(pixels: readonly (readonly number[])[], taps: readonly number[]): number[] {
  return [0, 1, 2].map((channel) =>
    taps.reduce((sum, tap, i) => tap > 0 ? sum + tap * pixels[i]![channel]! : sum, 0)
  );
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
