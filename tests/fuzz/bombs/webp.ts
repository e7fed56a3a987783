import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, low, repeated, text } from "../parts.ts";
import { EXIF_LOOPS } from "./tiff.ts";

const ANIMATED = 0x02, XMP = 0x04, EXIF = 0x08, ALPHA = 0x10, ICC = 0x20;

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
/** Chunks of valid images of 64x48 pixels. */
const LOSSY = Deno.readFileSync(new URL("lossy.webp", FORMATS)).subarray(12);
const LOSSLESS = Deno.readFileSync(new URL("lossless.webp", FORMATS)).subarray(12);

function chunk(type: string, data: ArrayLike<number> = [], length = data.length): Bytes {
  return concat(text(type), low(4, length), data, data.length % 2 === 1 ? [0] : []);
}

function webp(...chunks: readonly ArrayLike<number>[]): Bytes {
  const body = concat(...chunks);
  return concat(text("RIFF"), low(4, body.length + 4), text("WEBP"), body);
}

function vp8x(flags: number, width = 64, height = 48): Bytes {
  return chunk("VP8X", concat([flags, 0, 0, 0], low(3, width - 1), low(3, height - 1)));
}

/** Builds the header of a lossy frame. */
function lossy(width: number, height: number): Bytes {
  return chunk("VP8 ", concat([0x10, 0, 0, 0x9d, 1, 0x2a], low(2, width), low(2, height)));
}

/** Builds the header of a lossless frame. */
function lossless(width: number, height: number, more: ArrayLike<number> = []): Bytes {
  return chunk("VP8L", concat([0x2f], low(4, width - 1 + (height - 1) * 2 ** 14), more));
}

function frame(left: number, top: number, width: number, height: number, data: Bytes): Bytes {
  const fields = [left / 2, top / 2, width - 1, height - 1].map((value) => low(3, value));
  return chunk("ANMF", concat(...fields, [100, 0, 0, 0], data));
}

const DAMAGED = ["corrupt-image", "truncated-image"] as const;
const EITHER = ["ok", "corrupt-image"] as const;
const ANY = ["ok", "corrupt-image", "truncated-image"] as const;
const MOST = 16_384;

/** WebPs with huge canvases, contradicting sizes and endless chunks. */
export const WEBP_BOMBS: readonly Bomb[] = bombsOf("WebP", [
  [
    "a canvas of 16777216x16777216",
    "too-many-pixels",
    () => webp(vp8x(ANIMATED, 2 ** 24, 2 ** 24), frame(0, 0, 64, 48, LOSSY)),
  ],
  [
    "a canvas of 16777216x1",
    "corrupt-image",
    () => webp(vp8x(ANIMATED, 2 ** 24, 1), frame(0, 0, 64, 48, LOSSY)),
  ],
  [
    "a canvas of a row too many",
    "too-many-pixels",
    () => webp(vp8x(ANIMATED, 8000, 8001), frame(0, 0, 64, 48, LOSSY)),
  ],
  [
    "a canvas that takes more memory than pixels",
    "too-many-pixels",
    () => webp(vp8x(ANIMATED, 8000, 5000), frame(0, 0, 64, 48, LOSSY)),
  ],
  ["a lossless frame of 16384x16384", "too-many-pixels", () => webp(lossless(MOST, MOST))],
  ["a lossy frame of 16383x16383", "too-many-pixels", () => webp(lossy(MOST - 1, MOST - 1))],
  ["a lossy frame of no size", "corrupt-image", () => webp(lossy(0, 0))],
  ["a canvas smaller than its image", "corrupt-image", () => webp(vp8x(0, 2, 2), LOSSY)],
  ["a canvas larger than its image", "corrupt-image", () => webp(vp8x(0, 100, 100), LOSSY)],
  [
    "a frame outside its canvas",
    "corrupt-image",
    () => webp(vp8x(ANIMATED), frame(2, 0, 64, 48, LOSSY)),
  ],
  [
    "a frame at the end of 24 bits",
    "corrupt-image",
    () => webp(vp8x(ANIMATED), frame(2 ** 25 - 2, 2 ** 25 - 2, 64, 48, LOSSY)),
  ],
  [
    "a frame of another size than its data",
    "corrupt-image",
    () => webp(vp8x(ANIMATED), frame(0, 0, 32, 24, LOSSY)),
  ],
  [
    "a frame that is too short for itself",
    "corrupt-image",
    () => webp(vp8x(ANIMATED), chunk("ANMF", [0, 0, 0])),
  ],
  [
    "a frame without data",
    DAMAGED,
    () => webp(vp8x(ANIMATED), frame(0, 0, 64, 48, new Uint8Array(0))),
  ],
  [
    "a frame inside a frame",
    DAMAGED,
    () => webp(vp8x(ANIMATED), frame(0, 0, 64, 48, frame(0, 0, 64, 48, LOSSY))),
  ],
  ["an animation without frames", "truncated-image", () => webp(vp8x(ANIMATED))],
  [
    "an image where an animation was promised",
    "truncated-image",
    () => webp(vp8x(ANIMATED), LOSSY),
  ],
  [
    "an animation where an image was promised",
    "truncated-image",
    () => webp(vp8x(0), frame(0, 0, 64, 48, LOSSY)),
  ],
  ["1000 frames", "ok", () => webp(vp8x(ANIMATED), repeated(frame(0, 0, 64, 48, LOSSY), 1000))],
  [
    "a second frame of 16384x16384",
    "ok",
    () =>
      webp(
        vp8x(ANIMATED),
        frame(0, 0, 64, 48, LOSSY),
        frame(0, 0, MOST, MOST, lossless(MOST, MOST)),
      ),
  ],
  ["two images, the second huge", "ok", () => webp(vp8x(0), LOSSY, lossy(16_383, 16_383))],
  ["two canvases", EITHER, () => webp(vp8x(0), vp8x(0, MOST, MOST), LOSSY)],
  ["a canvas of 9 bytes", "corrupt-image", () => webp(chunk("VP8X", new Uint8Array(9)), LOSSY)],
  [
    "a canvas of 4 GB",
    "truncated-image",
    () => webp(chunk("VP8X", new Uint8Array(10), 2 ** 32 - 1), LOSSY),
  ],
  ["a frame of 4 GB", "truncated-image", () => webp(chunk("VP8 ", LOSSY.subarray(8), 2 ** 32 - 1))],
  ["a file of 4 GB", "ok", () => concat(text("RIFF"), low(4, 2 ** 32 - 1), text("WEBP"), LOSSY)],
  [
    "a file of no bytes",
    ["ok", "truncated-image", "corrupt-image"],
    () => concat(text("RIFF"), low(4, 0), text("WEBP"), LOSSY),
  ],
  ["its signature alone", "truncated-image", () => webp()],
  ["15 MB of empty chunks", "corrupt-image", () => webp(vp8x(0), repeated(chunk("abcd"), 19e5))],
  [
    "15 MB of empty chunks behind its image",
    "corrupt-image",
    () => webp(vp8x(EXIF), LOSSY, repeated(chunk("abcd"), 19e5)),
  ],
  [
    "a colour profile of 15 MB",
    "ok",
    () => webp(vp8x(ICC), chunk("ICCP", new Uint8Array(15e6)), LOSSY),
  ],
  [
    "a colour profile of 4 GB",
    "truncated-image",
    () => webp(vp8x(ICC), chunk("ICCP", [1], 2 ** 32 - 2), LOSSY),
  ],
  [
    "XMP of 4 GB",
    ["ok", "truncated-image"],
    () => webp(vp8x(XMP), LOSSY, chunk("XMP ", [1], 2 ** 32 - 2)),
  ],
  ["Exif that was promised and is not there", "ok", () => webp(vp8x(EXIF), LOSSY)],
  [
    "Exif of 4 GB",
    ["ok", "truncated-image"],
    () => webp(vp8x(EXIF), LOSSY, chunk("EXIF", [1], 2 ** 32 - 2)),
  ],
  [
    "alpha of 15 MB that is none",
    DAMAGED,
    () => webp(vp8x(ALPHA), chunk("ALPH", new Uint8Array(15e6).fill(0xff)), LOSSY),
  ],
  ["alpha that is empty", EITHER, () => webp(vp8x(ALPHA), chunk("ALPH"), LOSSY)],
  [
    "alpha a thousand times",
    "truncated-image",
    () => webp(vp8x(ALPHA), repeated(chunk("ALPH", [0]), 1000)),
  ],
  [
    "a frame that is no key frame",
    "corrupt-image",
    () => webp(chunk("VP8 ", [0x11, 0, 0, 0x9d, 1, 0x2a, 3, 0, 2, 0])),
  ],
  ["a frame without its code", "corrupt-image", () => webp(chunk("VP8 ", new Uint8Array(10)))],
  ["a frame of 3 bytes", DAMAGED, () => webp(chunk("VP8 ", [0x10, 0, 0]))],
  [
    "first partition beyond its frame",
    DAMAGED,
    () => webp(chunk("VP8 ", [0xf0, 0xff, 0xff, 0x9d, 1, 0x2a, 64, 0, 48, 0, 0, 0])),
  ],
  [
    "a lossless version that is none",
    "corrupt-image",
    () => webp(chunk("VP8L", [0x2f, 0, 0, 0, 0xe0])),
  ],
  [
    "a lossless frame without its byte",
    "corrupt-image",
    () => webp(chunk("VP8L", [0x30, 0, 0, 0, 0])),
  ],
  [
    "lossless transforms without end",
    DAMAGED,
    () => webp(lossless(64, 48, new Uint8Array(1000).fill(0xff))),
  ],
  ["lossless codes that are all empty", ANY, () => webp(lossless(64, 48, new Uint8Array(1000)))],
  [
    "16 million lossless pixels of no data",
    ANY,
    () => webp(lossless(4000, 4000, new Uint8Array(10))),
  ],
  ["16 million lossy pixels of no data", DAMAGED, () => webp(lossy(4000, 4000))],
  [
    "the tables of CVE-2023-4863",
    DAMAGED,
    () => webp(lossless(64, 48, concat([0x06, 0x02, 0xff], new Uint8Array(500).fill(0x49)))),
  ],
  ["half of an image", DAMAGED, () => webp(LOSSLESS).subarray(0, 200)],
  ...EXIF_LOOPS.map(([name, tiff]) =>
    [`Exif with ${name}`, "ok", () => webp(vp8x(EXIF), LOSSY, chunk("EXIF", tiff()))] as const
  ),
]);
