import type { Manifest } from "../../models/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import { createPlan, type Plan } from "../core/plan.ts";
import { flattenAlpha } from "../image/flatten_alpha.ts";
import { readHeader } from "../image/header.ts";
import { checkLimits } from "../image/header_limits.ts";
import { toTensor } from "../image/tensor.ts";
import { type UprightView, uprightView } from "../image/upright_view.ts";
import { uprightSize } from "../image/upright_size.ts";
import type { ImageCodec } from "../ports/image_codec.ts";

/** What a picture may weigh. */
export interface ImageLimits {
  /** Encoded. */
  readonly maxBytes: number;
  /** Width times height. */
  readonly maxPixels: number;
}

/** What an upload may weigh where nobody says otherwise: 20 MB and 40 million pixels. */
export const DEFAULT_IMAGE_LIMITS: ImageLimits = { maxBytes: 20_000_000, maxPixels: 40_000_000 };

/** Upright pixels and their way into the input. */
export interface PlannedPicture {
  /** Decoded, possibly at a reduced scale. */
  readonly view: UprightView;
  /** Both directions of the resize. */
  readonly plan: Plan;
}

/**
 * Encoded bytes to upright pixels: header, limits, plan, then decoding at the smallest scale that
 * the plan allows.
 *
 * @throws {DomainError} For whatever is wrong with the picture.
 */
export function decodePicture(
  bytes: Uint8Array,
  manifest: Manifest,
  codec: ImageCodec,
  limits: ImageLimits,
): PlannedPicture {
  if (bytes.length > limits.maxBytes) {
    throw new DomainError(
      "too-many-bytes",
      `Cannot read image as it must have at most ${limits.maxBytes} bytes: current value is ${bytes.length}`,
    );
  }
  const header = readHeader(bytes);
  checkLimits(header, limits);
  const plan = createPlan(uprightSize(header), manifest.resize, manifest.pad);
  // The inverse of an orientation swaps the sides just as the orientation does.
  const stored = uprightSize({ ...header, ...plan.resized });
  const pixels = codec.decode(bytes, header, stored);
  if (header.hasAlpha) flattenAlpha(pixels, padColour(manifest));
  return { view: uprightView(pixels, header.orientation), plan };
}

/**
 * Upright pixels to the input tensor.
 *
 * @returns `[3, H, W]` of the plan's input.
 */
export function tensorOf({ view, plan }: PlannedPicture, manifest: Manifest): Float32Array {
  return toTensor(view, plan, {
    ...manifest.input,
    antialias: manifest.resample.antialias,
    padValue: manifest.pad.value,
  });
}

/** The pad value as a colour: RGB, 0–255. */
function padColour({ input, pad }: Manifest): [number, number, number] {
  const planes = input.mean.map((mean, i) => {
    const value = (pad.value * input.std[i] + mean) * input.divisor;
    return Math.min(255, Math.max(0, value));
  });
  if (input.colour === "bgr") planes.reverse();
  return planes as [number, number, number];
}
