import { tooManyBytes } from "../core/domain_error.ts";
import { createResizePlan, type ResizePlan } from "../core/resize_plan.ts";
import type { Size } from "../core/size.ts";
import { flattenAlpha } from "../image/flatten_alpha.ts";
import { type ImageHeader, readFormat, readHeader } from "../image/formats/read_header.ts";
import { type InputRule, type InputTensor, inputTensor } from "../image/input_tensor.ts";
import { checkLimits, checkMemory, type ImageLimits } from "../image/limits.ts";
import type { Pixels } from "../image/pixels.ts";
import { type ImageInput, type RawImage, rawPixels } from "../image/raw_image.ts";
import { uprightSize } from "../image/upright_size.ts";
import { type UprightView, uprightView } from "../image/upright_view.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ImageCodec } from "../ports/image_codec.ts";

/** Pixels of an image, and the plan for resizing the image. */
export interface PlannedImage {
  /**
   * Pixels with the EXIF orientation applied. The image may have been decoded at a reduced scale.
   */
  readonly view: UprightView;
  /** Plan for resizing the image to input pixels, and for mapping boxes back to source pixels. */
  readonly plan: ResizePlan;
}

type Triple = readonly [number, number, number];

/**
 * Normalisation for graphs with a `uint8` input: pixel values stay unchanged. The manifest of these
 * graphs declares no normalisation.
 */
const NOT_NORMALISED = { divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

/**
 * Reads an encoded image or raw pixels.
 *
 * @throws {DomainError} If the image exceeds a limit or cannot be decoded.
 */
export async function readImage(
  image: ImageInput,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): Promise<PlannedImage> {
  // `instanceof Uint8Array` would be false for an array from an iframe.
  if (!ArrayBuffer.isView(image)) return readRawImage(image, manifest, limits);
  if (codec.native === undefined) return decodeImage(image, manifest, codec, limits);
  const { header, plan, stored } = planImage(image, manifest, codec, limits);
  checkMemory(header, stored, limits);
  const pixels = await codec.native(image, header, stored) ?? codec.decode(image, header, stored);
  return { view: viewOf(pixels, header, manifest), plan };
}

/**
 * Decodes an image.
 *
 * 1. Check the length of the file and its format.
 * 2. Read the header and check the size that it declares.
 * 3. Plan the resize.
 * 4. Check the memory that decoding takes.
 * 5. Decode the image at the smallest scale that the plan allows.
 * 6. Blend transparent pixels with the padding colour.
 *
 * @throws {DomainError} If the image exceeds a limit or cannot be decoded.
 */
export function decodeImage(
  bytes: Uint8Array,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): PlannedImage {
  // 1. to 3. File size, format, header and plan.
  const { header, plan, stored } = planImage(bytes, manifest, codec, limits);

  // 4. to 6. Memory and pixels.
  return { view: decodeAtLeast(bytes, header, stored, manifest, codec, limits), plan };
}

/** Header of an encoded image, its resize plan, and the minimum size of the decoded image. */
interface ImagePlan {
  readonly header: ImageHeader;
  readonly plan: ResizePlan;
  /** Minimum size of the decoded image, before the EXIF orientation is applied. */
  readonly stored: Size;
}

function planImage(
  bytes: Uint8Array,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): ImagePlan {
  const header = checkedHeader(bytes, codec, limits);
  const plan = createResizePlan(uprightSize(header), manifest.resize, manifest.pad);
  const stored = isReducible(manifest, plan) ? uprightSize({ ...header, ...plan.resized }) : header;
  return { header, plan, stored };
}

/**
 * Reads the header of an encoded image and checks the file and the declared size.
 *
 * @throws {DomainError} If the image exceeds a limit or its format cannot be decoded.
 */
export function checkedHeader(
  bytes: Uint8Array,
  codec: ImageCodec,
  limits: ImageLimits,
): ImageHeader {
  if (bytes.length > limits.maxBytes) throw tooManyBytes(limits.maxBytes, bytes.length);
  codec.checkFormat(readFormat(bytes));
  const header = readHeader(bytes);
  checkLimits(header, limits);
  return header;
}

/**
 * Returns true if the model accepts an image that was decoded at a reduced scale. Such an image is
 * smoothed, so models without antialiasing need the full scale.
 */
export function isReducible({ resample }: Manifest, plan: ResizePlan): boolean {
  return resample.antialias && plan.window === undefined;
}

/**
 * Checks the memory that decoding takes, then decodes an image and blends transparent pixels with
 * the padding colour.
 *
 * @param stored Minimum size of the decoded image, before the EXIF orientation is applied. If the
 *   image is stored on its side, `uprightSize()` converts an upright size to a stored size, too.
 */
export function decodeAtLeast(
  bytes: Uint8Array,
  header: ImageHeader,
  stored: Size,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): UprightView {
  checkMemory(header, stored, limits);
  return viewOf(codec.decode(bytes, header, stored), header, manifest);
}

function viewOf(pixels: Pixels, header: ImageHeader, manifest: Manifest): UprightView {
  if (header.hasAlpha) flattenAlpha(pixels, padColour(manifest));
  return uprightView(pixels, header.orientation);
}

/** Checks raw pixels and plans their resize. */
function readRawImage(image: RawImage, manifest: Manifest, limits: ImageLimits): PlannedImage {
  const view = rawView(image, manifest, limits);
  const { width, height } = view;
  return { view, plan: createResizePlan({ width, height }, manifest.resize, manifest.pad) };
}

/** Checks raw pixels and blends transparent pixels with the padding colour. */
export function rawView(image: RawImage, manifest: Manifest, limits: ImageLimits): UprightView {
  const pixels = rawPixels(image, limits);
  flattenAlpha(pixels, padColour(manifest));
  return uprightView(pixels, 1);
}

/**
 * Returns the input tensor of an image.
 *
 * @param codec Codec whose passes resample the image. Without such passes, those in TypeScript do.
 */
export function inputOf(
  { view, plan }: PlannedImage,
  manifest: Manifest,
  codec: Pick<ImageCodec, "createRowPasses">,
): InputTensor {
  return inputTensor(view, plan, inputRule(manifest), codec.createRowPasses);
}

/** Returns an input tensor of zeros. */
export function emptyInput(plan: ResizePlan, manifest: Manifest): InputTensor {
  return inputTensor(null, plan, inputRule(manifest));
}

function inputRule({ input, resample, pad }: Manifest): InputRule {
  const { value } = pad;
  const padValue: Triple = typeof value === "number" ? [value, value, value] : value;
  return { ...NOT_NORMALISED, ...input, ...resample, padValue };
}

/** Returns the colour of the padding around the image: RGB, 0 to 255. */
function padColour(manifest: Manifest): Triple {
  const { colour, divisor, mean, std, padValue } = inputRule(manifest);
  const pixelValue = (i: 0 | 1 | 2) => {
    return Math.min(255, Math.max(0, (padValue[i] * std[i] + mean[i]) * divisor));
  };
  const [first, second, third] = [pixelValue(0), pixelValue(1), pixelValue(2)] as const;
  return colour === "rgb" ? [first, second, third] : [third, second, first];
}
