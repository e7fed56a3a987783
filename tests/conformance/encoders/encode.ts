import { avif, jpeg, webp } from "icodec/node";
import type { Pixels } from "../../../src/image/pixels.ts";

// These encoders are wasm of one pinned package, so they make the same bytes on every machine.

type Bytes = Uint8Array<ArrayBuffer>;

/** Number of the grey colour space in the encoder's options. */
const GRAYSCALE = 1;

/** Encodes as a JPEG: baseline, or progressive in several scans. */
export async function encodeJpeg(image: Pixels, progressive = false): Promise<Bytes> {
  await jpeg.loadEncoder();
  return own(jpeg.encode(rgbaOf(image), { quality: 92, progressive, baseline: !progressive }));
}

/** Encodes as a baseline JPEG of one component. */
export async function encodeGreyJpeg(image: Pixels): Promise<Bytes> {
  await jpeg.loadEncoder();
  const options = { quality: 92, progressive: false, baseline: true, colorSpace: GRAYSCALE };
  return own(jpeg.encode(rgbaOf(image), options));
}

/** Encodes as a WebP. */
export async function encodeWebp(image: Pixels, lossless = false): Promise<Bytes> {
  await webp.loadEncoder();
  return own(webp.encode(rgbaOf(image), { quality: lossless ? 20 : 90, lossless }));
}

/** Encodes as an AVIF. */
export async function encodeAvif(image: Pixels): Promise<Bytes> {
  await avif.loadEncoder();
  return own(avif.encode(rgbaOf(image), { quality: 80, speed: 9 }));
}

function own(bytes: Uint8Array): Bytes {
  return Uint8Array.from(bytes);
}

function rgbaOf({ data, width, height, channels }: Pixels) {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 4) {
    const [red = 0, green = red, blue = red, alpha = 255] = data.subarray(from, from + channels);
    rgba.set([red, green, blue, alpha], to);
  }
  return { data: rgba, width, height, depth: 8 };
}
