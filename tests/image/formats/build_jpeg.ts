import { joinBytes } from "./bytes_of.ts";

/** Contents of a JPEG. Unset: those of a baseline image of 3x2 pixels. */
export interface JpegOptions {
  /** Second byte of the marker of the frame. */
  readonly marker?: number;
  readonly width?: number;
  readonly height?: number;
  readonly precision?: number;
  readonly components?: number;
  /** Sampling factors of each component, horizontal in the high half. Unset: 1 each. */
  readonly samplings?: readonly number[];
  /** Components of the first scan. Unset: all. */
  readonly scanned?: number;
  /** Bytes between SOI and the frame header. */
  readonly before?: readonly Uint8Array[];
  /** Bytes between the frame header and SOS. */
  readonly after?: readonly Uint8Array[];
}

/** Builds a JPEG up to the component count of its scan, so that every byte belongs to the header. */
export function buildJpeg(options: JpegOptions = {}): Uint8Array {
  const { marker = 0xc0, width = 3, height = 2, precision = 8 } = options;
  const { samplings = Array<number>(options.components ?? 3).fill(0x11) } = options;
  const components = samplings.length;
  const { scanned = components } = options;
  const frame = [precision, height >> 8, height & 255, width >> 8, width & 255, components];
  samplings.forEach((sampling, i) => frame.push(i + 1, sampling, 0));
  return joinBytes(
    Uint8Array.of(0xff, 0xd8),
    ...options.before ?? [],
    jpegSegment(marker, frame),
    ...options.after ?? [],
    Uint8Array.of(0xff, 0xda, 0, 6 + 2 * scanned, scanned),
  );
}

/** Builds a segment. */
export function jpegSegment(marker: number, payload: ArrayLike<number>): Uint8Array {
  const length = payload.length + 2;
  return Uint8Array.of(0xff, marker, length >> 8, length & 255, ...Array.from(payload));
}

/** Builds an APP1 segment with an Exif block. */
export function exifSegment(tiff: Uint8Array): Uint8Array {
  return jpegSegment(0xe1, [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff]);
}

/** Contents of a JPEG of one colour. Unset: baseline, one scan of all components. */
export interface BlankJpegOptions {
  readonly width: number;
  readonly height: number;
  /** Sampling factors of each component, horizontal in the high half. */
  readonly samplings: readonly number[];
  /** Scans of a progressive image, or one scan per component of a baseline image. */
  readonly scans?: "progressive" | "per component";
}

const QUANTISATION = jpegSegment(0xdb, [0, ...Array<number>(64).fill(1)]);
/** Huffman tables with one code, a zero bit: no difference, and no coefficient. */
const TABLES = [0x00, 0x10].map((id) => {
  return jpegSegment(0xc4, [id, 1, ...Array<number>(15).fill(0), 0]);
});

/** Builds a whole JPEG whose samples are all 128. Its entropy-coded data is zeros. */
export function buildBlankJpeg(
  { width, height, samplings, scans }: BlankJpegOptions,
): Uint8Array<ArrayBuffer> {
  const marker = scans === "progressive" ? 0xc2 : 0xc0;
  const frame = [8, height >> 8, height & 255, width >> 8, width & 255, samplings.length];
  samplings.forEach((sampling, i) => frame.push(i + 1, sampling, 0));
  const maximum = (shift: number) => Math.max(...samplings.map((each) => each >> shift & 15));
  const [wide, high] = [maximum(4), maximum(0)];
  const mcus = Math.ceil(width / 8 / wide) * Math.ceil(height / 8 / high);
  const blocks = samplings.map((each) => {
    return Math.ceil(width * (each >> 4) / 8 / wide) * Math.ceil(height * (each & 15) / 8 / high);
  });
  const all = samplings.map((_, i) => i);
  const interleaved = mcus * samplings.reduce((sum, each) => sum + (each >> 4) * (each & 15), 0);
  const ofAll = samplings.length > 1 ? interleaved : blocks[0]!;
  const parts = scans === "progressive"
    ? [
      blankScan(all, [0, 0, 0], ofAll),
      ...all.map((i) => blankScan([i], [1, 63, 0], blocks[i]!)),
    ]
    : scans === "per component"
    ? all.map((i) => blankScan([i], [0, 63, 0], 2 * blocks[i]!))
    : [blankScan(all, [0, 63, 0], 2 * ofAll)];
  return concatenated([
    Uint8Array.of(0xff, 0xd8),
    ...[QUANTISATION, ...TABLES, jpegSegment(marker, frame), ...parts],
    Uint8Array.of(0xff, 0xd9),
  ]);
}

function blankScan(
  components: readonly number[],
  spectrum: readonly number[],
  bits: number,
): Uint8Array {
  const each = components.flatMap((i) => [i + 1, 0]);
  return concatenated([
    jpegSegment(0xda, [components.length, ...each, ...spectrum]),
    new Uint8Array(Math.ceil(bits / 8)),
  ]);
}

/** Like `joinBytes()`, but for megabytes. */
function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
