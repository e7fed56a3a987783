import type { Pixels } from "../../../src/image/pixels.ts";
import { jpegSegment } from "../../image/formats/build_jpeg.ts";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { encodeGreyJpeg } from "./encode.ts";

const DQT = 0xdb, DHT = 0xc4, SOF0 = 0xc0, SOS = 0xda, APP14 = 0xee;

/**
 * Encodes RGB pixels as a baseline CMYK JPEG in Adobe's form: inverted, and without a transform.
 *
 * Encodes each ink as a grey JPEG, and takes its scan as one of the four scans of the file.
 */
export async function encodeCmykJpeg(image: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = image;
  const inks = await Promise.all([0, 1, 2, 3].map((ink) => encodeGreyJpeg(inkOf(image, ink))));
  const scans = inks.map(segmentsOf);
  const tables = scans[0]!.filter(({ marker }) => marker === DQT);
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, 4];
  for (const id of [1, 2, 3, 4]) frame.push(id, 0x11, 0);
  return joinBytes(
    Uint8Array.of(0xff, 0xd8),
    jpegSegment(APP14, [...bytesOf("Adobe"), 0, 100, 0, 0, 0, 0, 0]),
    ...tables.map(({ bytes }) => bytes),
    jpegSegment(SOF0, frame),
    ...scans.flatMap((segments, ink) => scanOf(segments, ink + 1)),
    Uint8Array.of(0xff, 0xd9),
  ) as Uint8Array<ArrayBuffer>;
}

/**
 * Returns the light that an ink lets through, 0–255.
 *
 * Black takes the light that all three inks would take, the other inks take the rest.
 */
function inkOf({ data, width, height }: Pixels, ink: number): Pixels {
  const plane = new Uint8Array(width * height);
  for (let i = 0; i < plane.length; i++) {
    const light = Math.max(data[i * 3]!, data[i * 3 + 1]!, data[i * 3 + 2]!);
    plane[i] = ink === 3 || light === 0 ? light : Math.round(data[i * 3 + ink]! * 255 / light);
  }
  return { data: plane, width, height, channels: 1, reduction: 1 };
}

interface Segment {
  readonly marker: number;
  /** Whole segment; that of SOS includes the coded data behind it. */
  readonly bytes: Uint8Array;
}

function segmentsOf(jpeg: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; at < jpeg.length - 2;) {
    const marker = jpeg[at + 1]!;
    const end = marker === SOS ? jpeg.length - 2 : at + 2 + (jpeg[at + 2]! << 8 | jpeg[at + 3]!);
    segments.push({ marker, bytes: jpeg.slice(at, end) });
    at = end;
  }
  return segments;
}

/** Returns the tables and the scan of a grey JPEG, for the component of this id. */
function scanOf(segments: readonly Segment[], id: number): Uint8Array[] {
  return segments.filter(({ marker }) => marker === DHT || marker === SOS).map(
    ({ marker, bytes }) => {
      // Marker, length and the number of components come before the first component's id.
      if (marker === SOS) bytes[5] = id;
      return bytes;
    },
  );
}
