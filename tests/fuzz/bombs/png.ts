import { crc32 } from "node:zlib";
import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, high, repeated, text, zlibBomb, zlibZeros } from "../parts.ts";
import { EXIF_LOOPS } from "./tiff.ts";

const SIGNATURE = text("\x89PNG\r\n\x1a\n");
const HUGE = 2 ** 31 - 1;

/** Builds a chunk with its checksum and a length that may be wrong. */
function chunk(type: string, data: ArrayLike<number> = [], length = data.length): Bytes {
  const body = concat(text(type), data);
  return concat(high(4, length), body, high(4, crc32(body)));
}

interface Ihdr {
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
  readonly type?: number;
  readonly methods?: readonly [number, number, number];
}

function ihdr({ width = 8, height = 8, depth = 8, type = 2, methods = [0, 0, 0] }: Ihdr): Bytes {
  return concat(high(4, width), high(4, height), [depth, type, ...methods]);
}

/** Builds a PNG of an IHDR and more chunks. */
function png(header: Ihdr, ...chunks: readonly Bytes[]): Bytes {
  return concat(SIGNATURE, chunk("IHDR", ihdr(header)), ...chunks);
}

const END = chunk("IEND");
/** Pixels of the 8x8 RGB image, all black. */
const PIXELS = chunk("IDAT", zlibZeros(8 * 25));
const LINES = zlibZeros(8 * 25);
const PALETTE = { type: 3 };
const INDICES = chunk("IDAT", zlibZeros(8 * 9));

/** Builds a valid 8x8 image with chunks before its pixels. */
function before(...chunks: readonly Bytes[]): () => Bytes {
  return () => png({}, ...chunks, PIXELS, END);
}

const BOMBED = () => concat(text("bomb\0\0"), zlibBomb(2000));
const EITHER = ["ok", "corrupt-image"] as const;
const CUT = ["corrupt-image", "truncated-image"] as const;

/** PNGs with too large claims, compression, repetitions and contradictions. */
export const PNG_BOMBS: readonly Bomb[] = bombsOf("PNG", [
  [
    "20000x20000 pixels of 1 bit, all there",
    "too-many-pixels",
    () => png({ width: 20_000, height: 20_000, depth: 1, type: 0 }, idat(20_000 * 2501), END),
  ],
  [
    "20000x20000 pixels of 1 bit, interlaced",
    "too-many-pixels",
    () =>
      png({ width: 20_000, height: 20_000, depth: 1, type: 0, methods: [0, 0, 1] }, idat(1e6), END),
  ],
  [
    "the largest size there is",
    "too-many-pixels",
    () => png({ width: HUGE, height: HUGE }, PIXELS),
  ],
  ["the widest line", "too-many-pixels", () => png({ width: HUGE, height: 1 }, PIXELS)],
  ["the highest column", "too-many-pixels", () => png({ width: 1, height: HUGE }, PIXELS)],
  ["a side of 65536", "too-many-pixels", () => png({ width: 65_536, height: 1 }, PIXELS)],
  ["65535x65535 pixels", "too-many-pixels", () => png({ width: 65_535, height: 65_535 }, PIXELS)],
  ["a row too many", "too-many-pixels", () => png({ width: 8000, height: 8001 }, PIXELS)],
  [
    "36 million pixels of 64 bits that are not there",
    "corrupt-image",
    () => png({ width: 6000, height: 6000, depth: 16, type: 6 }, PIXELS, END),
  ],
  ["no width", "corrupt-image", () => png({ width: 0 }, PIXELS)],
  ["no height", "corrupt-image", () => png({ height: 0 }, PIXELS)],
  ["a width of 2^31", "corrupt-image", () => png({ width: 2 ** 31 }, PIXELS)],
  ["a height of 2^32 - 1", "corrupt-image", () => png({ height: 2 ** 32 - 1 }, PIXELS)],
  ...[0, 3, 5, 32, 255].map((depth) =>
    [`a depth of ${depth}`, "corrupt-image", () => png({ depth }, PIXELS)] as const
  ),
  ...[1, 5, 7, 255].map((type) =>
    [`a colour type of ${type}`, "corrupt-image", () => png({ type }, PIXELS)] as const
  ),
  ["16 bits of palette", "corrupt-image", () => png({ depth: 16, type: 3 }, PIXELS)],
  ...[[1, 0, 0], [0, 1, 0], [0, 0, 2], [255, 255, 255]].map((methods) =>
    [
      `methods of ${methods}`,
      "corrupt-image",
      () => png({ methods: methods as [number, number, number] }, PIXELS),
    ] as const
  ),
  [
    "an IHDR of 12 bytes",
    "corrupt-image",
    () => concat(SIGNATURE, chunk("IHDR", ihdr({}).subarray(1)), PIXELS),
  ],
  [
    "an IHDR of 14 bytes",
    "corrupt-image",
    () => concat(SIGNATURE, chunk("IHDR", concat(ihdr({}), [0])), PIXELS),
  ],
  [
    "an IHDR of 2 GB",
    "corrupt-image",
    () => concat(SIGNATURE, chunk("IHDR", ihdr({}), HUGE), PIXELS),
  ],
  [
    "an IHDR of 4 GB",
    "corrupt-image",
    () => concat(SIGNATURE, chunk("IHDR", ihdr({}), 2 ** 32 - 1), PIXELS),
  ],
  ["no IHDR", "corrupt-image", () => concat(SIGNATURE, PIXELS, END)],
  [
    "Apple's CgBI first",
    "corrupt-image",
    () => concat(SIGNATURE, chunk("CgBI", [0, 0, 0, 0]), chunk("IHDR", ihdr({})), PIXELS),
  ],
  ["two IHDR of other sizes", "corrupt-image", before(chunk("IHDR", ihdr({ width: 9000 })))],
  ["IEND before its pixels", "corrupt-image", before(END)],
  ["no pixels", "corrupt-image", () => png({}, END)],
  ["nothing behind its IHDR", "truncated-image", () => png({})],
  ["the signature alone", "truncated-image", () => SIGNATURE],
  ["half a signature", "truncated-image", () => SIGNATURE.subarray(0, 5)],
  ["line ends that were translated", "not-an-image", () => text("\x89PNG\n\x1a\n\0\0\0\rIHDR")],
  ["an IDAT of 2 GB", CUT, () => png({}, chunk("IDAT", LINES, HUGE), END)],
  ["an IDAT of 4 GB", CUT, () => png({}, chunk("IDAT", LINES, 2 ** 32 - 1), END)],
  ["an empty IDAT", CUT, () => png({}, chunk("IDAT"), END)],
  [
    "a million empty IDAT",
    ["truncated-image", "corrupt-image"],
    () => png({}, repeated(chunk("IDAT"), 1e6), END),
  ],
  [
    "an IDAT a byte",
    "ok",
    () => png({}, ...Array.from(LINES, (byte) => chunk("IDAT", [byte])), END),
  ],
  [
    "an IDAT that inflates to 2 GB",
    EITHER,
    () => png({}, chunk("IDAT", zlibBomb(2000)), END),
  ],
  [
    "an IDAT that inflates to 10 GB",
    EITHER,
    () => png({ width: 100, height: 100 }, chunk("IDAT", zlibBomb(10_000)), END),
  ],
  ["a zTXt that inflates to 2 GB", EITHER, () => before(chunk("zTXt", BOMBED()))()],
  [
    "an iTXt that inflates to 2 GB",
    EITHER,
    () => before(chunk("iTXt", concat(text("bomb\0\x01\0\0\0"), zlibBomb(2000))))(),
  ],
  ["an iCCP that inflates to 2 GB", EITHER, () => before(chunk("iCCP", BOMBED()))()],
  [
    "an iCCP that says it has 4 GB",
    "ok",
    () => before(chunk("iCCP", concat(text("icc\0\0"), zlibIcc())))(),
  ],
  ["an iTXt of 2 GB", "truncated-image", () => before(chunk("iTXt", text("a\0"), HUGE))()],
  [
    "100 texts that inflate to 100 MB",
    EITHER,
    () => before(...Array(100).fill(chunk("zTXt", concat(text("a\0\0"), zlibBomb(100)))))(),
  ],
  ["a million empty texts", "corrupt-image", () => before(repeated(chunk("tEXt"), 1e6))()],
  ["a chunk type that is no letters", "corrupt-image", before(chunk("\0\0\0\0"))],
  ["an unknown chunk that must be known", EITHER, before(chunk("ABCD"))],
  ["a wrong checksum of IHDR", EITHER, () => wrongSum("IHDR")],
  ["a wrong checksum of IDAT", EITHER, () => wrongSum("IDAT")],
  ["indices without a palette", "corrupt-image", () => png(PALETTE, INDICES, END)],
  [
    "two palettes",
    EITHER,
    () => png(PALETTE, chunk("PLTE", [1, 2, 3]), chunk("PLTE", [1, 2, 3]), INDICES, END),
  ],
  [
    "a palette of 4 bytes",
    CUT,
    () => png(PALETTE, chunk("PLTE", [1, 2, 3, 4]), INDICES),
  ],
  ["an empty palette", EITHER, () => png(PALETTE, chunk("PLTE"), INDICES, END)],
  [
    "a palette of 300 colours",
    "corrupt-image",
    () => png(PALETTE, chunk("PLTE", new Uint8Array(900)), INDICES, END),
  ],
  [
    "a palette behind its pixels",
    "corrupt-image",
    () => png(PALETTE, INDICES, chunk("PLTE", [1, 2, 3]), END),
  ],
  [
    "more transparency than palette",
    EITHER,
    () => png(PALETTE, chunk("PLTE", [1, 2, 3]), chunk("tRNS", new Uint8Array(256)), INDICES, END),
  ],
  ["transparency of RGB in one byte", EITHER, before(chunk("tRNS", [1]))],
  [
    "indices beyond its palette",
    EITHER,
    () =>
      png(
        PALETTE,
        chunk("PLTE", [1, 2, 3]),
        chunk("IDAT", stored(new Uint8Array(72).fill(4))),
        END,
      ),
  ],
  [
    "a filter that is none",
    "corrupt-image",
    () => png({}, chunk("IDAT", stored(new Uint8Array(200).fill(9))), END),
  ],
  ["a row too few", CUT, () => png({}, chunk("IDAT", zlibZeros(7 * 25)), END)],
  ["pixels without an end", CUT, () => png({}, PIXELS.subarray(0, -6))],
  [
    "a zlib method that is none",
    "corrupt-image",
    () => png({}, chunk("IDAT", [0x77, 0x85, 1, 2]), END),
  ],
  [
    "a zlib dictionary",
    "corrupt-image",
    () => png({}, chunk("IDAT", [0x78, 0xbb, 0, 0, 0, 1, 3, 0]), END),
  ],
  [
    "a deflate block of no type",
    "corrupt-image",
    () => png({}, chunk("IDAT", [0x78, 0x9c, 7, 0]), END),
  ],
  [
    "a stored block that contradicts its length",
    "corrupt-image",
    () => png({}, chunk("IDAT", [0x78, 1, 1, 200, 0, 200, 0, 1]), END),
  ],
  [
    "a deflate copy from before the start",
    "corrupt-image",
    () => png({}, chunk("IDAT", [0x78, 0x9c, 0x63, 0xe4, 0xfc, 0xff, 0xff, 3, 0]), END),
  ],
  [
    "an animation of 4 billion frames",
    EITHER,
    before(chunk("acTL", concat(high(4, 2 ** 32 - 1), high(4, 0)))),
  ],
  ...EXIF_LOOPS.map(([name, tiff]) =>
    [`Exif with ${name}`, "ok", () => before(chunk("eXIf", tiff()))()] as const
  ),
]);

function idat(zeros: number): Bytes {
  return chunk("IDAT", zlibZeros(zeros));
}

/** Builds a zlib stream of one stored block. */
function stored(bytes: Uint8Array): Bytes {
  const length = [bytes.length & 255, bytes.length >> 8];
  return concat([0x78, 1, 1], length, length.map((byte) => byte ^ 255), bytes, [0, 0, 0, 0]);
}

/** Builds a colour profile that claims a wrong length. */
function zlibIcc(): Bytes {
  return stored(concat(high(4, 2 ** 32 - 1), new Uint8Array(124)));
}

function wrongSum(type: string): Bytes {
  const whole = png({}, PIXELS, END);
  const at = new TextDecoder("latin1").decode(whole).indexOf(type);
  const length = new DataView(whole.buffer).getUint32(at - 4);
  const checksum = at + 4 + length;
  whole[checksum] = whole[checksum]! ^ 0xff;
  return whole;
}
