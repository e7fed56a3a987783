import { type BmpOptions, buildBmp } from "../../image/formats/build_bmp.ts";
import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, low, repeated, text } from "../parts.ts";

const PIXELS = Array<number>(24).fill(7);
const DAMAGED = ["corrupt-image", "truncated-image"] as const;
const HUGE = 2 ** 31 - 1;

function bmp(options: BmpOptions): () => Bytes {
  return () => Uint8Array.from(buildBmp({ pixels: PIXELS, ...options }));
}

/** Builds a BMP with 32 other bits at an offset. */
function patched(at: number, value: number, options: BmpOptions = {}): () => Bytes {
  return () => {
    const bytes = bmp(options)();
    bytes.set(low(4, value), at);
    return bytes;
  };
}

/** Builds a BMP of run lengths with a palette of one colour. */
function runs(
  bitsPerPixel: 4 | 8,
  width: number,
  height: number,
  pixels: readonly number[],
): () => Bytes {
  const compression = bitsPerPixel === 8 ? 1 : 2;
  const palette = { colours: 1, palette: [1, 2, 3, 0] };
  return bmp({ bitsPerPixel, width, height, compression, ...palette, pixels });
}

/** BMPs with too large claims and contradictions. */
export const BMP_BOMBS: readonly Bomb[] = bombsOf("BMP", [
  ["the largest size there is", "too-many-pixels", bmp({ width: HUGE, height: HUGE })],
  ["the lowest height there is", "too-many-pixels", patched(22, 0x80000000)],
  ["the highest upside down", "too-many-pixels", bmp({ height: -HUGE })],
  [
    "a row too many",
    "too-many-pixels",
    bmp({ width: 8000, height: 8001, bitsPerPixel: 1, palette: Array(8).fill(0) }),
  ],
  [
    "40 million pixels of 1 bit that are not there",
    "truncated-image",
    bmp({ width: 8000, height: 5000, bitsPerPixel: 1, palette: Array(8).fill(0) }),
  ],
  ["40 million pixels that are not there", "truncated-image", bmp({ width: 8000, height: 5000 })],
  ["no width", "corrupt-image", bmp({ width: 0 })],
  ["no height", "corrupt-image", bmp({ height: 0 })],
  ["a width below 0", "corrupt-image", bmp({ width: -3 })],
  ...[0, 2, 3, 7, 48, 64, 65_535].map((bitsPerPixel) =>
    [`pixels of ${bitsPerPixel} bits`, "corrupt-image", bmp({ bitsPerPixel })] as const
  ),
  ["run lengths that are not there", "corrupt-image", bmp({ bitsPerPixel: 8, compression: 1 })],
  ["run lengths of 4 bits in 8", "corrupt-image", bmp({ bitsPerPixel: 8, compression: 2 })],
  ["run lengths that end at once", "truncated-image", runs(8, 8000, 5000, [])],
  ["40 million pixels in 2 bytes", "ok", runs(8, 8000, 5000, [0, 1])],
  ["40 million pixels in 4 bytes", "ok", runs(4, 8000, 5000, [0, 2, 255, 255, 0, 1])],
  ["a move out of the image", "corrupt-image", runs(8, 3, 2, [0, 2, 255, 255])],
  [
    "runs behind the end of a row, 15 MB",
    "truncated-image",
    () => concat(runs(8, 3, 2, [])(), new Uint8Array(15e6).fill(9)),
  ],
  [
    "moves by nothing, 15 MB",
    "truncated-image",
    () => concat(runs(8, 3, 2, [])(), repeated([0, 2, 0, 0], 35e5)),
  ],
  ["raw pixels behind the end of the file", "truncated-image", runs(4, 3, 2, [0, 255, 1])],
  ["runs of colours that are not there", "ok", runs(8, 3, 1, [3, 255])],
  ...[4, 5].map((compression) =>
    [
      `compression ${compression}`,
      "unsupported-format",
      bmp({ bitsPerPixel: 8, compression }),
    ] as const
  ),
  ["compression of no kind", "unsupported-format", bmp({ compression: 2 ** 32 - 1 })],
  ...[0, 11, 13, 39, 41, 2 ** 32 - 1].map((size) =>
    [`a header of ${size} bytes`, DAMAGED, patched(14, size)] as const
  ),
  ["pixels that start at 0", "corrupt-image", bmp({ start: 0 })],
  ["pixels that start inside its header", "corrupt-image", bmp({ start: 30 })],
  ["pixels that start beyond its end", "truncated-image", bmp({ start: 2 ** 32 - 1 })],
  [
    "a palette of 4 billion colours",
    ["ok", "truncated-image", "corrupt-image"],
    bmp({ bitsPerPixel: 1, colours: 2 ** 32 - 1 }),
  ],
  [
    "a palette of 256 colours that is not there",
    DAMAGED,
    bmp({ bitsPerPixel: 8, colours: 256, pixels: [] }),
  ],
  [
    "masks that overlap",
    ["ok", "corrupt-image"],
    bmp({ bitsPerPixel: 32, compression: 3, masks: [255, 255, 255] }),
  ],
  [
    "masks with holes",
    "corrupt-image",
    bmp({ bitsPerPixel: 32, compression: 3, masks: [0xf0f, 0xff, 0xff00] }),
  ],
  [
    "masks of nothing",
    "corrupt-image",
    bmp({ bitsPerPixel: 32, compression: 3, masks: [0, 0, 0] }),
  ],
  [
    "masks beyond its pixels",
    "corrupt-image",
    bmp({ bitsPerPixel: 16, compression: 3, masks: [0x1f0000, 0x7e0, 0x1f] }),
  ],
  [
    "masks of 24 bits",
    "corrupt-image",
    bmp({ bitsPerPixel: 24, compression: 3, masks: [1, 2, 4] }),
  ],
  ["a row that is not there", "truncated-image", bmp({ pixels: PIXELS.slice(0, 12) })],
  ["its signature alone", DAMAGED, () => text("BM\0\0\0\0\0\0\0\0")],
  ["a file header alone", "truncated-image", () => concat(text("BM"), low(12, 0))],
  ["an OS/2 header cut off", "truncated-image", () => bmp({ headerBytes: 12 })().subarray(0, 20)],
  [
    "OS/2 of 65535x65535",
    "too-many-pixels",
    bmp({ headerBytes: 12, width: 65_535, height: 65_535 }),
  ],
]);
