import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, high, repeated, text } from "../parts.ts";
import { EXIF_LOOPS } from "./tiff.ts";

const SOI = [0xff, 0xd8];
const EOI = [0xff, 0xd9];

function segment(marker: number, ...payload: readonly ArrayLike<number>[]): Bytes {
  const whole = concat(...payload);
  return concat([0xff, marker], high(2, whole.length + 2), whole);
}

interface Frame {
  readonly marker?: number;
  readonly width?: number;
  readonly height?: number;
  readonly precision?: number;
  readonly components?: number;
  readonly sampling?: number;
}

function frame(
  { marker = 0xc0, width = 16, height = 16, precision = 8, components = 1, sampling = 0x11 }: Frame,
): Bytes {
  const each = Array.from({ length: components }, (_, i) => [i + 1 & 255, sampling, 0]).flat();
  return segment(marker, [precision], high(2, height), high(2, width), [components], each);
}

const QUANTISATION = segment(0xdb, [0], new Uint8Array(64).fill(1));
/** Huffman tables with one code of one bit: no difference, no coefficient. */
const DC = segment(0xc4, [0x00, 1], new Uint8Array(15), [0]);
const AC = segment(0xc4, [0x10, 1], new Uint8Array(15), [0]);
/** Huffman table with one code of one bit: an end-of-band run of at least 16384 blocks. */
const AC_RUNS = segment(0xc4, [0x10, 1], new Uint8Array(15), [0xe0]);
const TABLES = concat(QUANTISATION, DC, AC);
/** Huffman table with three codes of one bit. */
const TOO_MANY_CODES = segment(0xc4, [0, 3], new Uint8Array(15), [1, 2, 3]);
/** Size of the largest image that is accepted. */
const MOST = { width: 8000, height: 8000 };

function scan(components = 1, spectrum: readonly number[] = [0, 63, 0]): Bytes {
  const each = Array.from({ length: components }, (_, i) => [i + 1, 0]).flat();
  return segment(0xda, [components], each, spectrum);
}

/** Builds a grey JPEG of 16x16 pixels, with segments before its frame. */
function before(...segments: readonly Bytes[]): () => Bytes {
  return () => concat(SOI, ...segments, TABLES, frame({}), scan(), [0, 0], EOI);
}

/** Builds a JPEG whose frame lacks its data. */
function framed(options: Frame): () => Bytes {
  return () => concat(SOI, TABLES, frame(options), scan(), [0], EOI);
}

const EITHER = ["ok", "corrupt-image"] as const;
const DAMAGED = ["corrupt-image", "truncated-image"] as const;
const ANY = ["ok", "corrupt-image", "truncated-image"] as const;
const UNREAD = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xde, 0xf7];

/** JPEGs with too large claims, repetitions and contradictions. */
export const JPEG_BOMBS: readonly Bomb[] = bombsOf("JPEG", [
  ["64000x64000 pixels", "too-many-pixels", framed({ width: 64_000, height: 64_000 })],
  [
    "65535x65535 pixels",
    "too-many-pixels",
    framed({ width: 65_535, height: 65_535, components: 3 }),
  ],
  [
    "65535x65535 pixels, progressive",
    "too-many-pixels",
    framed({ marker: 0xc2, width: 65_535, height: 65_535 }),
  ],
  ["a row too many", "too-many-pixels", framed({ width: 8000, height: 8001 })],
  [
    "few pixels of 255 channels",
    ["too-many-pixels"],
    framed({ marker: 0xc2, width: 1000, height: 1000, components: 255 }),
  ],
  ["255 channels", "unsupported-format", framed({ components: 255 })],
  ["5 channels", "unsupported-format", framed({ components: 5 })],
  ["no channels", "corrupt-image", framed({ components: 0 })],
  ["no width", "corrupt-image", framed({ width: 0 })],
  ["a height that is told later, but is not", "corrupt-image", framed({ height: 0 })],
  ["a height that is told later, of 65535", "too-many-pixels", heightLater(65_535)],
  ["a height that is told later, of 0", "corrupt-image", heightLater(0)],
  [
    "15 MB of data before a height",
    "truncated-image",
    () => concat(SOI, TABLES, frame({ height: 0 }), scan(), repeated([0xff, 0, 0xff, 0xd0], 375e4)),
  ],
  ["a precision of 0", "corrupt-image", framed({ precision: 0 })],
  ["a precision of 16", "corrupt-image", framed({ precision: 16 })],
  ["a baseline of 12 bits", "unsupported-format", framed({ precision: 12 })],
  ["12 bits", "unsupported-format", framed({ marker: 0xc1, precision: 12 })],
  ["sampling of 0", DAMAGED, framed({ sampling: 0 })],
  ["sampling of 15x15", DAMAGED, framed({ sampling: 0xff, components: 3 })],
  ...UNREAD.map((marker) =>
    [`a coding of marker ${marker.toString(16)}`, "unsupported-format", framed({ marker })] as const
  ),
  [
    "two frames, the second huge",
    "corrupt-image",
    () => concat(SOI, TABLES, frame({}), frame({ width: 65_535, height: 65_535 }), scan(), EOI),
  ],
  [
    "a second frame behind its scan",
    ANY,
    () =>
      concat(SOI, TABLES, frame({}), scan(), [0, 0], frame({ width: 60_000, height: 60_000 }), EOI),
  ],
  ["no frame", "corrupt-image", () => concat(SOI, TABLES, scan(), [0], EOI)],
  ["no tables", DAMAGED, () => concat(SOI, frame({}), scan(), [0, 0], EOI)],
  ["no quantisation", DAMAGED, () => concat(SOI, DC, AC, frame({}), scan(), [0, 0], EOI)],
  ["an end before all else", "corrupt-image", () => concat(SOI, EOI)],
  ["two starts", "corrupt-image", () => concat(SOI, SOI, frame({}), scan())],
  ["a start alone", "truncated-image", () => Uint8Array.of(0xff, 0xd8)],
  ["a start and a marker", "truncated-image", () => Uint8Array.of(0xff, 0xd8, 0xff)],
  ["a segment of 0 bytes", "corrupt-image", () => concat(SOI, [0xff, 0xdb, 0, 0], frame({}))],
  ["a segment of 1 byte", "corrupt-image", () => concat(SOI, [0xff, 0xdb, 0, 1], frame({}))],
  ["a comment of 0 bytes", "ok", before(Uint8Array.of(0xff, 0xfe, 0, 0))],
  [
    "15 MB of comments of 0 bytes",
    "corrupt-image",
    () => concat(SOI, repeated([0xff, 0xfe, 0, 0], 375e4)),
  ],
  ["a segment beyond the end", "truncated-image", () => concat(SOI, [0xff, 0xe0, 0xff, 0xff, 0])],
  [
    "a frame of another length than its channels have",
    "corrupt-image",
    () => concat(SOI, TABLES, segment(0xc0, [8, 0, 16, 0, 16, 3, 1, 0x11, 0]), scan()),
  ],
  ["a frame of 3 bytes", "corrupt-image", () => concat(SOI, segment(0xc0, [8, 0, 16]), scan())],
  ["15 MB of fill bytes", "truncated-image", () => concat(SOI, repeated([0xff], 15e6))],
  [
    "15 MB of markers without length",
    "corrupt-image",
    () => concat(SOI, repeated([0xff, 0xd0], 75e5)),
  ],
  [
    "15 MB of stray bytes",
    "truncated-image",
    () => concat(SOI, [0xff, 0xe0, 0, 2], repeated([0xff, 0], 75e5)),
  ],
  [
    "15 MB of empty segments",
    "corrupt-image",
    () => concat(SOI, repeated([0xff, 0xe1, 0, 2], 375e4)),
  ],
  [
    "15 MB of Exif blocks",
    "corrupt-image",
    () => concat(SOI, repeated(exif(EXIF_LOOPS[1]![1]()), 5e4)),
  ],
  [
    "a comment of 64 KB a hundred times",
    "ok",
    before(...Array(100).fill(segment(0xfe, new Uint8Array(65_533)))),
  ],
  [
    "a colour profile of 255 parts, 16 MB",
    "ok",
    () =>
      before(
        ...Array.from({ length: 255 }, (_, i) => profile(i + 1, 255, new Uint8Array(65_000))),
      )(),
  ],
  ["a colour profile of which one part of 255 is there", EITHER, before(profile(1, 255, [1]))],
  ["a colour profile with part 0 of 0", EITHER, before(profile(0, 0, [1]))],
  ["a colour profile with part 200 of 3", EITHER, before(profile(200, 3, [1]))],
  [
    "the same part of a colour profile 200 times",
    EITHER,
    before(...Array(200).fill(profile(1, 200, [1]))),
  ],
  [
    "a colour profile that says it has 4 GB",
    EITHER,
    before(profile(1, 1, concat(high(4, 2 ** 32 - 1), new Uint8Array(124)))),
  ],
  [
    "XMP that is continued for 4 GB",
    "ok",
    before(segment(
      0xe1,
      text("http://ns.adobe.com/xmp/extension/\0" + "0".repeat(32)),
      high(4, 2 ** 32 - 1),
      high(4, 0),
    )),
  ],
  [
    "a Photoshop block of 4 GB",
    "ok",
    before(segment(0xed, text("Photoshop 3.0\x008BIM\x04\x04\0\0"), high(4, 2 ** 32 - 1))),
  ],
  [
    "an Adobe transform that is none",
    EITHER,
    before(segment(0xee, text("Adobe"), [0, 100, 0, 0, 0, 0, 99])),
  ],
  [
    "codes for 4080 symbols",
    DAMAGED,
    () =>
      concat(
        SOI,
        segment(0xc4, [0], new Uint8Array(16).fill(255), new Uint8Array(4080)),
        frame({}),
        scan(),
      ),
  ],
  [
    "more codes than bits can tell",
    DAMAGED,
    () => concat(SOI, TABLES, TOO_MANY_CODES, frame({}), scan(), [0, 0], EOI),
  ],
  [
    "more codes than bits can tell, in a table that is not used",
    EITHER,
    before(TOO_MANY_CODES),
  ],
  ["codes without symbols", DAMAGED, before(segment(0xc4, [0], new Uint8Array(16).fill(16)))],
  ["a table of codes for nobody", DAMAGED, before(segment(0xc4, [0xff], new Uint8Array(16)))],
  ["quantisation of no precision", DAMAGED, before(segment(0xdb, [0xf0], new Uint8Array(64)))],
  [
    "quantisation by zero",
    EITHER,
    () =>
      concat(SOI, segment(0xdb, [0], new Uint8Array(64)), DC, AC, frame({}), scan(), [0, 0], EOI),
  ],
  ["a restart after each block", ANY, before(segment(0xdd, [0, 1]))],
  ["a restart interval of 3 bytes", DAMAGED, before(segment(0xdd, [0, 1, 2]))],
  [
    "a scan of no channel",
    DAMAGED,
    () => concat(SOI, TABLES, frame({}), segment(0xda, [0, 0, 63, 0]), [0], EOI),
  ],
  [
    "a scan of an unknown channel",
    DAMAGED,
    () => concat(SOI, TABLES, frame({}), segment(0xda, [1, 77, 0, 0, 63, 0]), [0], EOI),
  ],
  [
    "a scan of the same channel twice",
    DAMAGED,
    () =>
      concat(
        SOI,
        TABLES,
        frame({ components: 3 }),
        segment(0xda, [2, 1, 0, 1, 0, 0, 63, 0]),
        [0],
        EOI,
      ),
  ],
  [
    "a scan of tables that are not there",
    DAMAGED,
    () => concat(SOI, TABLES, frame({}), segment(0xda, [1, 1, 0x33, 0, 63, 0]), [0], EOI),
  ],
  [
    "a spectrum from its end to its start",
    DAMAGED,
    () => concat(SOI, TABLES, frame({ marker: 0xc2 }), scan(1, [63, 0, 0]), [0], EOI),
  ],
  [
    "a spectrum of 255 coefficients",
    DAMAGED,
    () => concat(SOI, TABLES, frame({ marker: 0xc2 }), scan(1, [1, 255, 0]), [0], EOI),
  ],
  [
    "an approximation of 15 bits",
    DAMAGED,
    () => concat(SOI, TABLES, frame({ marker: 0xc2 }), scan(1, [0, 0, 0xff]), [0], EOI),
  ],
  ["no data behind its scan", DAMAGED, () => concat(SOI, TABLES, frame({}), scan())],
  [
    "pixels that are cut off",
    DAMAGED,
    () => concat(SOI, TABLES, frame({ width: 4000, height: 4000 }), scan(), [0, 0, 0]),
  ],
  ["64 million pixels without data", ANY, framed(MOST)],
  [
    "64 million pixels of coefficients without data",
    "ok",
    () => concat(SOI, TABLES, frame({ ...MOST, marker: 0xc2 }), scan(1, [0, 0, 0]), [0], EOI),
  ],
  [
    "64 million pixels of coefficients of CMYK",
    "too-many-pixels",
    framed({ ...MOST, marker: 0xc2, components: 4 }),
  ],
  [
    "64 million pixels of coefficients of a baseline frame",
    "too-many-pixels",
    () => concat(SOI, TABLES, frame({ ...MOST, components: 4 }), scan(), EOI),
  ],
  ["100 scans of 12 megapixels in 7 KB", "corrupt-image", () => manyScans(0xc2, 110)],
  ["10000 progressive scans of 12 megapixels", "corrupt-image", () => manyScans(0xc2, 10_000)],
  ["10000 scans of one of three channels", "corrupt-image", () => manyScans(0xc0, 10_000, 3)],
  ["9999 scans behind that of the only channel", "ok", () => manyScans(0xc0, 10_000)],
  [
    "10000 scans, a comment with an end between them",
    "corrupt-image",
    () => manyScans(0xc2, 10_000, 1, segment(0xfe, EOI)),
  ],
  ...EXIF_LOOPS.map(([name, tiff]) =>
    [`Exif with ${name}`, "ok", () => before(exif(tiff()))()] as const
  ),
]);

function exif(tiff: Uint8Array): Bytes {
  return segment(0xe1, text("Exif\0\0"), tiff);
}

function profile(part: number, parts: number, data: ArrayLike<number>): Bytes {
  return segment(0xe2, text("ICC_PROFILE\0"), [part, parts], data);
}

/** Builds an image whose height a DNL segment gives. */
function heightLater(height: number): () => Bytes {
  const width = 1000;
  return () => {
    return concat(
      ...[SOI, TABLES, frame({ width, height: 0 }), scan(), [0, 0]],
      ...[segment(0xdc, high(2, height)), EOI],
    );
  };
}

/** Builds many scans of a few bytes; a decoder visits all blocks for each. */
function manyScans(
  marker: number,
  count: number,
  components = 1,
  between = new Uint8Array(0),
): Bytes {
  const [width, height] = [4000, 3000];
  const blocks = width * height / 64;
  const dc = concat(
    scan(1, [0, marker === 0xc2 ? 0 : 63, 0]),
    new Uint8Array(Math.ceil(blocks / 8)),
  );
  // A code of one bit, then 14 bits: the blocks of the run above 16384.
  const runs = [..."1".repeat(6)].map(() => "0" + "1".repeat(14)).join("");
  const data = runs.match(/.{1,8}/g)!.flatMap((bits) => {
    const byte = parseInt(bits.padEnd(8, "1"), 2);
    return byte === 0xff ? [byte, 0] : [byte];
  });
  const one = marker === 0xc2 ? concat(scan(1, [1, 63, 0]), data) : scan();
  return concat(
    SOI,
    ...[QUANTISATION, DC, marker === 0xc2 ? AC_RUNS : AC],
    ...[frame({ marker, width, height, components }), dc],
    repeated(concat(between, one), count),
    EOI,
  );
}
