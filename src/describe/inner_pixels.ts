import type { Tensor } from "../ports/session.ts";

/**
 * Change that a graph itself makes to the pixels before its first convolution. The number of a
 * channel is `gain × pixel + offset`.
 */
export interface InnerPixels {
  /** True if the graph reverses the order of the three channels. */
  readonly reversed: boolean;
  /** Factor of each channel that the first convolution reads. */
  readonly gain: readonly [number, number, number];
  /** Number that is added to each channel. */
  readonly offset: readonly [number, number, number];
}

/** Colour of a test image: one number per channel. */
export type Colour = readonly [number, number, number];

/** Colours of the test images for {@linkcode solveInnerPixels}, in this order. */
export function testColours(type: "float32" | "float16" | "uint8"): Colour[] {
  const [a, between, b] = type === "uint8" ? [64, 96, 192] : [0.25, 0.375, 0.75];
  return [[a, a, a], [b, a, a], [a, b, a], [a, a, b], [between, between, between]];
}

/** Maximum relative error of a channel that still counts as a linear function of the pixels. */
const LINEAR = 0.01;

/**
 * Computes the change that a graph makes to the pixels.
 *
 * @param colours Colours from `testColours()`.
 * @param runs Tensor before the first convolution, for an image of each colour.
 * @returns Null if the tensor has not three channels, or if a channel is not a linear function of
 *   one channel of the image.
 */
export function solveInnerPixels(
  colours: readonly Colour[],
  runs: readonly Tensor[],
): InnerPixels | null {
  const found = runs.map(centreOf);
  const [base, red, green, blue, all] = found;
  const step = (colours[1]?.[0] ?? 0) - (colours[0]?.[0] ?? 0);
  const part = (colours[4]?.[0] ?? 0) - (colours[0]?.[0] ?? 0);
  if (!base || !red || !green || !blue || !all) return null;
  const effects = [red, green, blue].map((run) => run.map((value, i) => (value - base[i]!) / step));
  for (const reversed of [false, true]) {
    const source = reversed ? [2, 1, 0] : [0, 1, 2];
    const gain = triple((channel) => effects[source[channel]!]![channel]!);
    const offset = triple((channel) => base[channel]! - gain[channel]! * colours[0]![0]);
    const isLinear = gain.every((own, channel) => {
      const limit = LINEAR * Math.abs(own);
      const others = effects.filter((_, i) => i !== source[channel]);
      return own !== 0 && others.every((effect) => Math.abs(effect[channel]!) < limit) &&
        Math.abs((all[channel]! - base[channel]!) / part - own) < limit;
    });
    if (isLinear) return { reversed, gain, offset };
  }
  return null;
}

/** Returns true if the graph leaves the pixels as they are. */
export function leavesPixels({ reversed, gain, offset }: InnerPixels): boolean {
  return !reversed && gain.every((each) => Math.abs(each - 1) < 1e-3) &&
    offset.every((each) => Math.abs(each) < 1e-3);
}

function triple(of: (channel: number) => number): [number, number, number] {
  return [of(0), of(1), of(2)];
}

/** Returns the three channels in the middle of a tensor `[…, 3, height, width]`. */
function centreOf({ shape, data }: Tensor): Colour | null {
  const [channels, height = 0, width = 0] = shape.slice(-3);
  if (channels !== 3 || height * width === 0) return null;
  const at = Math.floor(height / 2) * width + Math.floor(width / 2);
  return triple((channel) => data[channel * height * width + at]!);
}
