import type { Manifest } from "../manifest/manifest.ts";
import type { Family } from "./families.ts";
import type { InputFacts } from "./graph_facts.ts";
import { assumed, type Guessed, suggested } from "./guess.ts";
import { type InnerPixels, leavesPixels } from "./inner_pixels.ts";

/** Colour order and scale of the pixels that a graph reads. */
type Pixels = Family["behaviour"]["input"];

/** Pixels that a graph reads, and the reason for them. */
interface ReadPixels extends Pixels {
  readonly reason: string;
}

/** Mean and standard deviation of the ImageNet data set, for pixels from 0 to 1 in RGB. */
const IMAGENET: Pick<Pixels, "mean" | "std"> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * Scales of pixels that a graph may take if it subtracts the mean itself: the range in which the
 * mean of a data set then lies.
 */
const SCALES = [
  { low: 0.25, high: 0.75, divisor: 255, mean: 0 },
  { low: 60, high: 190, divisor: 1, mean: 0 },
  { low: -0.4, high: 0.4, divisor: 127.5, mean: 1 },
] as const;

/**
 * Drafts the property `input` of a manifest.
 *
 * The family tells which numbers the first convolution expects. If the graph changes the pixels
 * before that, the manifest describes the pixels that lead to these numbers.
 *
 * @param reason Text that explains the properties that are copied from the family.
 * @param inner Change that the graph makes to the pixels. Null: none, or unknown.
 */
export function draftInput(
  { name, type, layout, batch }: InputFacts,
  family: Family,
  reason: string,
  inner: InnerPixels | null,
): Guessed<Pick<Manifest, "input">> {
  const { reason: why, colour, ...scale } = readPixels(family, reason, inner);
  const known = { name, layout, batch, colour };
  if (type === "uint8") {
    return { part: { input: { type, ...known } }, guesses: { "input.colour": why } };
  }
  return {
    part: { input: { type, ...known, ...scale } },
    guesses: Object.fromEntries(
      ["colour", "divisor", "mean", "std"].map((property) => [`input.${property}`, why]),
    ),
  };
}

/**
 * Computes the padding of the input, so that the graph's own change of the pixels gives the padding
 * that the family expects before the first convolution.
 */
export function padBefore(
  { behaviour: { input, pad } }: Family,
  inner: InnerPixels | null,
): Manifest["pad"] {
  if (inner === null || leavesPixels(inner) || isPlain(input)) return pad;
  const { reversed, gain, offset } = inner;
  const { value } = pad;
  const values = triple((i) => typeof value === "number" ? value : value[i]);
  const before = triple((i) => {
    const channel = reversed ? 2 - i : i;
    return Number(((values[channel]! - offset[channel]!) / gain[channel]!).toPrecision(7));
  });
  return { ...pad, value: before };
}

/** Returns true if a family leaves scale and mean to the graph. */
function isPlain({ mean, std }: Pixels): boolean {
  return mean.every((each) => each === 0) && std.every((each) => each === 1);
}

function readPixels(
  { family, behaviour: { input } }: Family,
  reason: string,
  inner: InnerPixels | null,
): ReadPixels {
  if (inner === null) return { ...input, reason };
  if (leavesPixels(inner)) {
    if (!isPlain(input)) return { ...input, reason };
    return {
      ...input,
      divisor: 255,
      ...IMAGENET,
      reason: assumed(
        "the graph does not scale pixels before its first convolution, so ImageNet's mean and " +
          "deviation are taken: the export's settings tell",
      ),
    };
  }
  const rest = isPlain(input) ? null : remaining(input, inner);
  if (rest !== null) {
    return {
      ...rest,
      reason: suggested(`${wordsOf(inner)}, which together is as ${family} does`),
    };
  }
  const own = ownScale(input, inner);
  if (own === null) {
    return {
      ...input,
      reason: assumed(`as ${family} does, though ${wordsOf(inner)}: scaled twice if that is all`),
    };
  }
  return { ...own, reason: suggested(`${wordsOf(inner)}: the scale and order of that mean`) };
}

/**
 * Computes the pixels that the graph must get, so that its own change gives the numbers that the
 * family expects.
 *
 * @returns Null if these pixels are of no usual scale, so the change is another than the family's.
 */
function remaining(
  { colour, divisor, mean, std }: Pixels,
  { reversed, gain, offset }: InnerPixels,
): Pixels | null {
  // The family expects (x / divisor − mean) / std, and the graph computes gain × t + offset.
  const source = (channel: number) => reversed ? 2 - channel : channel;
  const ownMean = triple((i) => mean[source(i)]! + offset[source(i)]! * std[source(i)]!);
  const ownStd = triple((i) => std[source(i)]! * gain[source(i)]!);
  const own = { colour: reversed ? otherOf(colour) : colour };
  if (gain.every((each) => near(each, 1)) && offset.every((each) => Math.abs(each) < 1e-3)) {
    return { ...own, divisor, mean: ownMean, std: ownStd };
  }
  const [scale] = ownStd;
  const [middle] = ownMean;
  if (!ownStd.every((each) => near(each, scale)) || scale <= 0) return null;
  if (!ownMean.every((each) => Math.abs(each - middle) < 0.01 * scale)) return null;
  const factor = [1, 127.5, 255].find((each) => near(each, divisor * scale));
  if (factor === undefined) return null;
  const shift = Math.round(middle / scale);
  if (Math.abs(middle / scale - shift) > 0.02 || Math.abs(shift) > 1) return null;
  return { ...own, divisor: factor, mean: [shift, shift, shift], std: [1, 1, 1] };
}

/** Reads scale and colour order of the pixels from the mean that the graph subtracts. */
function ownScale({ colour }: Pixels, { reversed, gain, offset }: InnerPixels): Pixels | null {
  const means = triple((i) => -offset[i] / gain[i]);
  if (means.every((mean) => Math.abs(mean) < 0.02)) {
    const isByte = !reversed && gain.every((each) => near(each, 1 / 255));
    return isByte ? { colour, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] } : null;
  }
  const scale = SCALES.find(({ low, high }) => means.every((mean) => mean > low && mean < high));
  if (scale === undefined) return null;
  // ImageNet's mean falls from red to blue, and so do the means of most data sets of photos.
  const fall = Math.sign(Math.round((means[0] - means[2]) * gain[0] * 100));
  const inside = fall === 0 ? colour : fall > 0 ? "rgb" : "bgr";
  const { divisor, mean } = scale;
  return {
    colour: reversed ? otherOf(inside) : inside,
    divisor,
    mean: [mean, mean, mean],
    std: [1, 1, 1],
  };
}

/** Describes the change of a graph for the user. */
function wordsOf({ reversed, gain, offset }: InnerPixels): string {
  const mean = gain.map((each, i) => Number((-offset[i]! / each).toPrecision(4))).join(", ");
  const std = gain.map((each) => Number((1 / each).toPrecision(4))).join(", ");
  const turned = reversed ? "reverses the channels and " : "";
  return `the graph itself ${turned}subtracts ${mean} and divides by ${std}`;
}

function otherOf(colour: Pixels["colour"]): Pixels["colour"] {
  return colour === "rgb" ? "bgr" : "rgb";
}

function near(value: number, wanted: number): boolean {
  return Math.abs(value - wanted) <= 0.01 * Math.abs(wanted);
}

function triple(of: (channel: 0 | 1 | 2) => number): [number, number, number] {
  return [of(0), of(1), of(2)];
}
