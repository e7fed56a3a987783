import type { Plan } from "../../src/core/plan.ts";
import type { TensorRule } from "../../src/image/tensor.ts";

/** An upright picture: red, green and blue of a pixel, 0–255. */
export type Picture = (x: number, y: number) => readonly [number, number, number];

/**
 * `[outputs][inputs]` of one axis.
 *
 * Without antialias after torch's `area_pixel_compute_source_index`, with it after Pillow's
 * `precompute_coeffs`.
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
  row[low] += 1 - blend;
  row[high] += blend;
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

/** The input tensor from its definition: every pixel of every plane by itself. */
export function naiveTensor(picture: Picture, plan: Plan, rule: TensorRule): number[] {
  const { source, resized, input } = plan;
  const weights = (side: "width" | "height") =>
    naiveWeights(source[side], resized[side], source[side] / resized[side], rule.antialias);
  const [columns, rows] = [weights("width"), weights("height")];
  const tensor: number[] = [];
  for (let plane = 0; plane < 3; plane++) {
    const channel = rule.colour === "rgb" ? plane : 2 - plane;
    for (let y = 0; y < input.height; y++) {
      for (let x = 0; x < input.width; x++) {
        if (x >= resized.width || y >= resized.height) tensor.push(rule.padValue);
        else {
          const value = blend(picture, channel, columns[x], rows[y]);
          tensor.push((value / rule.divisor - rule.mean[plane]) / rule.std[plane]);
        }
      }
    }
  }
  return tensor;
}

function blend(
  picture: Picture,
  channel: number,
  column: readonly number[],
  row: readonly number[],
): number {
  let sum = 0;
  row.forEach((down, y) => {
    column.forEach((right, x) => {
      if (down * right > 0) sum += down * right * picture(x, y)[channel];
    });
  });
  return sum;
}
