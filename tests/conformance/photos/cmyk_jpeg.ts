import type { Pixels } from "../../../src/image/pixels.ts";
import { jpegSegment } from "../../image/formats/build_jpeg.ts";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { encodeGreyJpeg } from "./encode.ts";

const DQT = 0xdb, DHT = 0xc4, SOF0 = 0xc0, SOS = 0xda, APP14 = 0xee;

/**
 * Encodes RGB pixels as a baseline JPEG of four inks, as Adobe's programs store it: inverted, and
 * without a transform.
 *
 * Each ink is encoded as a grey JPEG, whose scan then becomes one of the four of the file.
 */
export async function encodeCmykJpeg(image: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = image;
  const inks = await Promise.all([0, 1, 2, 3].map((ink) => encodeGreyJpeg(inkOf(image, ink))));
  const scans = inks.map(segmentsOf);
  const tables = scans[0].filter(({ marker }) => marker === DQT);
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

/** Light that an ink lets through, 0–255: black takes what all three would, the others the rest. */
function inkOf({ data, width, height }: Pixels, ink: number): Pixels {
  const plane = new Uint8Array(width * height);
  for (let i = 0; i < plane.length; i++) {
    const light = Math.max(data[i * 3], data[i * 3 + 1], data[i * 3 + 2]);
    plane[i] = ink === 3 || light === 0 ? light : Math.round(data[i * 3 + ink] * 255 / light);
  }
  return { data: plane, width, height, channels: 1, reduction: 1 };
}

interface Segment {
  readonly marker: number;
  /** All of it; that of SOS goes on to the end of the coded data. */
  readonly bytes: Uint8Array;
}

function segmentsOf(jpeg: Uint8Array): Segment[] {
  const segments: Segment[] = [];
  for (let at = 2; at < jpeg.length - 2;) {
    const marker = jpeg[at + 1];
    const end = marker === SOS ? jpeg.length - 2 : at + 2 + (jpeg[at + 2] << 8 | jpeg[at + 3]);
    segments.push({ marker, bytes: jpeg.slice(at, end) });
    at = end;
  }
  return segments;
}

/** The tables and the scan of a grey JPEG, for the component of this id. */
function scanOf(segments: readonly Segment[], id: number): Uint8Array[] {
  return segments.filter(({ marker }) => marker === DHT || marker === SOS).map(
    ({ marker, bytes }) => {
      // Marker, length and the number of components come before the id of the first.
      if (marker === SOS) bytes[5] = id;
      return bytes;
    },
  );
}
