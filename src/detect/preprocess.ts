import type { Manifest } from "../manifest/manifest.ts";
import { createResizePlan, type ResizePlan } from "../core/resize_plan.ts";
import { flattenAlpha } from "../image/flatten_alpha.ts";
import { readHeader } from "../image/formats/read_header.ts";
import { checkLimits, checkMemory, type ImageLimits, tooManyBytes } from "../image/limits.ts";
import { type InputRule, type InputTensor, inputTensor } from "../image/input_tensor.ts";
import { type ImageInput, type RawImage, rawPixels } from "../image/raw_image.ts";
import { type UprightView, uprightView } from "../image/upright_view.ts";
import { uprightSize } from "../image/upright_size.ts";
import type { ImageCodec } from "../ports/image_codec.ts";

/** Upright pixels and their way into the input. */
export interface PlannedImage {
  /** Decoded, possibly at a reduced scale. */
  readonly view: UprightView;
  /** Both directions of the resize. */
  readonly plan: ResizePlan;
}

/**
 * Any image to upright pixels.
 *
 * @throws {DomainError} For whatever is wrong with the image.
 */
export function readImage(
  image: ImageInput,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): PlannedImage {
  // Asked of the value itself, since a Uint8Array of another realm is no instance of this one's.
  return ArrayBuffer.isView(image)
    ? decodeImage(image, manifest, codec, limits)
    : placeImage(image, manifest, limits);
}

/** Pixels that somebody else decoded: the plan is all that they lack. */
function placeImage(
  image: RawImage,
  manifest: Manifest,
  limits: ImageLimits,
): PlannedImage {
  const pixels = rawPixels(image, limits);
  const { width, height } = pixels;
  const plan = createResizePlan({ width, height }, manifest.resize, manifest.pad);
  flattenAlpha(pixels, padColour(manifest));
  return { view: uprightView(pixels, 1), plan };
}

/**
 * Encoded bytes to upright pixels: header, limits, plan, then decoding at the smallest scale that
 * the plan allows.
 *
 * @throws {DomainError} For whatever is wrong with the image.
 */
export function decodeImage(
  bytes: Uint8Array,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): PlannedImage {
  if (bytes.length > limits.maxBytes) throw tooManyBytes(limits.maxBytes, bytes.length);
  const header = readHeader(bytes);
  checkLimits(header, limits);
  const plan = createResizePlan(uprightSize(header), manifest.resize, manifest.pad);
  // A reduced image is smoothed, which a model that samples without antialias never saw. The
  // inverse of an orientation swaps the sides just as the orientation does.
  const stored = manifest.resample.antialias ? uprightSize({ ...header, ...plan.resized }) : header;
  checkMemory(header, stored, limits);
  const pixels = codec.decode(bytes, header, stored);
  if (header.hasAlpha) flattenAlpha(pixels, padColour(manifest));
  return { view: uprightView(pixels, header.orientation), plan };
}

/** The planned image as the input of a run. */
export function inputOf({ view, plan }: PlannedImage, manifest: Manifest): InputTensor {
  return inputTensor(view, plan, inputRule(manifest));
}

/** An input in which nothing is to be seen. */
export function emptyInput(plan: ResizePlan, manifest: Manifest): InputTensor {
  return inputTensor(null, plan, inputRule(manifest));
}

function inputRule({ input, resample, pad }: Manifest): InputRule {
  return { ...AS_THEY_ARE, ...input, ...resample, padValue: tripleOf(pad.value) };
}

/** Pixel values that nothing is done to, which is all that an input of bytes can say. */
const AS_THEY_ARE = { divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

function tripleOf(value: number | readonly [number, number, number]) {
  return typeof value === "number" ? [value, value, value] as const : value;
}

/** The pad value as a colour: RGB, 0–255. */
function padColour(manifest: Manifest): [number, number, number] {
  const { colour, divisor, mean, std, padValue } = inputRule(manifest);
  const values = padValue.map((value, i) => {
    return Math.min(255, Math.max(0, (value * std[i] + mean[i]) * divisor));
  });
  if (colour === "bgr") values.reverse();
  return values as [number, number, number];
}
