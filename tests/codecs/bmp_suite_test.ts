import { assert, assertEquals } from "@std/assert";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { buildBmp, littleEndian, packRows } from "../image/formats/build_bmp.ts";
import { bytesOf, joinBytes } from "../image/formats/bytes_of.ts";
import { assertDomainError } from "../testing.ts";
import {
  assertColours,
  BLACK_WHITE,
  BLUE_GREEN,
  COLOURS_12,
  COLOURS_252,
  decodeFile,
  field,
  fieldCase,
  GREYS_16,
  GREYS_256,
  maskOf,
  paletteBytes,
  paletteCase,
  runCase,
  type SuiteCase,
  WHITE_BLACK,
} from "./bmp_suite_cases.ts";

// Equivalents of the files of bmpsuite, by their names in its folders "g" (good) and "q"
// (questionable). Each file and the colours that it must have come from the same drawing.

const EOL = [0, 0];
const EOB = [0, 1];
/** Row 0 ends early, row 1 has a gap of 10 pixels, row 4 runs out of the image. */
const RUNS_8 = [
  ...[5, 1, 0, 3, 2, 3, 4, 0, ...EOL],
  ...[2, 1, 0, 2, 10, 0, 3, 2, ...EOL],
  ...[0, 2, 120, 2, 255, 7, 9, 8, ...EOL],
];
const RUN_ROWS_8 = {
  0: "11111234",
  1: "11..........222",
  4: ".".repeat(120) + "7777777",
};
const RUNS_4 = [
  ...[5, 0x12, 0, 3, 0x34, 0x50, ...EOL],
  ...[2, 0x11, 0, 2, 10, 0, 3, 0x22, ...EOL],
  ...[0, 2, 120, 2, 255, 0x67, 9, 0x88, ...EOL],
];
const RUN_ROWS_4 = {
  0: "12121345",
  1: "11..........222",
  4: ".".repeat(120) + "6767676",
};

const F555 = [field(10, 5), field(5, 5), field(0, 5)];
const F565 = [field(11, 5), field(5, 6), field(0, 5)];
const F888 = [field(16, 8), field(8, 8), field(0, 8)];
const F8888 = [...F888, field(24, 8)];
const MASKED = { compression: 3 };

const GOOD: Readonly<Record<string, SuiteCase>> = {
  "pal1": paletteCase(1, BLACK_WHITE),
  "pal1wb": paletteCase(1, WHITE_BLACK),
  "pal1bg": paletteCase(1, BLUE_GREEN),
  "pal4": paletteCase(4, COLOURS_12),
  "pal4gs": paletteCase(4, GREYS_16),
  "pal4rle": paletteCase(4, COLOURS_12, { runs: true }),
  "pal8": paletteCase(8, COLOURS_252),
  "pal8-0": paletteCase(8, GREYS_256, { colours: 0 }),
  "pal8gs": paletteCase(8, GREYS_256),
  "pal8rle": paletteCase(8, COLOURS_252, { runs: true }),
  "pal8w126": paletteCase(8, COLOURS_252, { width: 126 }),
  "pal8w125": paletteCase(8, COLOURS_252, { width: 125 }),
  "pal8w124": paletteCase(8, COLOURS_252, { width: 124 }),
  "pal8topdown": paletteCase(8, COLOURS_252, { topDown: true }),
  "pal8nonsquare": withResolution(paletteCase(8, COLOURS_252)),
  "pal8os2": paletteCase(8, GREYS_256, { headerBytes: 12 }),
  "pal8v4": paletteCase(8, COLOURS_252, { headerBytes: 108 }),
  "pal8v5": paletteCase(8, COLOURS_252, { headerBytes: 124 }),
  "rgb16": fieldCase(16, F555),
  "rgb16bfdef": fieldCase(16, F555, MASKED),
  "rgb16-565": fieldCase(16, F565, MASKED),
  "rgb16-565pal": fieldCase(16, F565, {
    ...MASKED,
    ...{ palette: paletteBytes(COLOURS_252), colours: 252 },
  }),
  "rgb24": fieldCase(24, F888),
  "rgb24pal": fieldCase(24, F888, { palette: paletteBytes(COLOURS_252), colours: 252 }),
  "rgb32": fieldCase(32, F888),
  "rgb32bf": fieldCase(32, [field(24, 8), field(16, 8), field(8, 8)], MASKED),
  "rgb32bfdef": fieldCase(32, F888, MASKED),
};

const QUESTIONABLE: Readonly<Record<string, SuiteCase>> = {
  "pal1p1": paletteCase(1, [[64, 64, 255]]),
  "pal2": paletteCase(2, COLOURS_12.slice(0, 4)),
  "pal8 of unknown length": paletteCase(8, COLOURS_252, { colours: 0 }),
  "pal4rlecut": runCase(4, [...RUNS_4, ...EOB], RUN_ROWS_4),
  "pal4rletrns": runCase(4, [0, 2, 0, 60, 9, 0x33, ...EOB], { 60: "333333333" }),
  "pal8rlecut": runCase(8, [...RUNS_8, ...EOB], RUN_ROWS_8),
  "pal8rletrns": runCase(8, [0, 2, 0, 60, 9, 3, ...EOB], { 60: "333333333" }),
  "pal8rle without an end": paletteWithoutEnd(),
  "pal8rle, top row first": paletteCase(8, COLOURS_252, { runs: true, topDown: true }),
  // The size of the file is that of its headers, or any other.
  "pal8os2-hs": withFileSize(paletteCase(8, GREYS_256, { headerBytes: 12 }), 26),
  "pal8os2-sz": withFileSize(paletteCase(8, GREYS_256, { headerBytes: 12 }), 0xffffffff),
  "pal8os2sp": paletteCase(8, COLOURS_252, { headerBytes: 12 }),
  "pal8os2v2": paletteCase(8, COLOURS_252, { headerBytes: 64 }),
  "pal8os2v2-16": paletteCase(8, GREYS_256, { headerBytes: 16 }),
  "pal8os2v2 with run lengths": paletteCase(8, COLOURS_252, { headerBytes: 64, runs: true }),
  "pal8oversizepal": paletteCase(8, COLOURS_252, {
    ...{ colours: 300, palette: paletteBytes([...COLOURS_252, ...Array(48).fill([9, 9, 9])]) },
  }),
  "pal8offs": paletteCase(8, COLOURS_252, {
    ...{ palette: [...paletteBytes(COLOURS_252), ...Array(100).fill(77)] },
  }),
  "rgb16-231": fieldCase(16, [field(4, 2), field(1, 3), field(0, 1)], MASKED),
  "rgb16-3103": fieldCase(16, [field(13, 3), field(3, 10), field(0, 3)], MASKED),
  "rgb24largepal": fieldCase(24, F888, { palette: Array(1200).fill(7), colours: 300 }),
  "rgb32-111110": fieldCase(32, [field(21, 11), field(10, 11), field(0, 10)], MASKED),
  "rgb32-7187": fieldCase(32, [field(25, 7), field(7, 18), field(0, 7)], MASKED),
  "rgb32fakealpha": fieldCase(32, F888, {}, 0x5a000000),
  "rgb32h52": fieldCase(32, F888, { ...MASKED, headerBytes: 52 }),
  "rgb16faketrns": fieldCase(16, F555, {}, 0x8000),
  "rgb24lprof": withProfile(fieldCase(24, F888, { headerBytes: 124 }), "LINK"),
  "rgb24prof": withProfile(fieldCase(24, F888, { headerBytes: 124 }), "MBED"),
  // The profile lies between the header and the pixels.
  "rgb24prof2": fieldCase(24, F888, { headerBytes: 124, palette: Array(400).fill(7) }),
  "rgb32bf-xbgr": fieldCase(32, [field(8, 8), field(16, 8), field(24, 8)], {
    ...MASKED,
    headerBytes: 124,
  }, 0x5a),
  "rgba16-1924": fieldCase(16, [field(11, 1), field(2, 9), field(0, 2), field(12, 4)], {
    ...MASKED,
    headerBytes: 124,
  }),
  "rgba16-4444": fieldCase(16, [field(8, 4), field(4, 4), field(0, 4), field(12, 4)], {
    ...MASKED,
    headerBytes: 108,
  }),
  "rgba16-5551": fieldCase(16, [...F555, field(15, 1)], { ...MASKED, headerBytes: 124 }),
  "rgba32-61754": fieldCase(32, [field(22, 6), field(5, 17), field(0, 5), field(28, 4)], {
    ...MASKED,
    headerBytes: 124,
  }),
  "rgba32-81284": fieldCase(32, [field(20, 8), field(8, 12), field(0, 8), field(28, 4)], {
    ...MASKED,
    headerBytes: 124,
  }),
  "rgba32": fieldCase(32, F8888, { ...MASKED, headerBytes: 108 }),
  "rgba32h56": fieldCase(32, F8888, { ...MASKED, headerBytes: 56 }),
  "rgba32abf": fieldCase(32, F8888, { compression: 6 }),
  "rgba32-1010102": fieldCase(32, [field(22, 10), field(12, 10), field(2, 10), field(0, 2)], {
    ...MASKED,
    headerBytes: 124,
  }),
  "rgb32 in a header of version 5": fieldCase(32, F888, { headerBytes: 124 }, 0x5a000000),
  "reserved bytes that are not 0": fieldCase(24, F888, { reserved: 0x12345678 }),
  "reserved bytes before a short header": paletteCase(8, GREYS_256, {
    ...{ headerBytes: 12, reserved: 0xffffffff },
  }),
};

/** Declares a size of the file, which no reader needs. */
function withFileSize({ file, ...rest }: SuiteCase, bytes: number): SuiteCase {
  const changed = file.slice();
  changed.set(littleEndian(bytes, 4), 2);
  return { file: changed, ...rest };
}

/** Declares a colour profile behind the pixels (BITMAPV5HEADER: bV5CSType, bV5ProfileData). */
function withProfile({ file, ...rest }: SuiteCase, kind: "MBED" | "LINK"): SuiteCase {
  const profile = bytesOf("any bytes");
  const changed = joinBytes(file, profile);
  changed.set(bytesOf(kind).reverse(), 14 + 56);
  changed.set([...littleEndian(file.length - 14, 4), ...littleEndian(profile.length, 4)], 14 + 112);
  return { file: changed, ...rest };
}

/** Pixels per metre that are not the same on both axes. */
function withResolution({ file, ...rest }: SuiteCase): SuiteCase {
  const changed = file.slice();
  changed.set([...littleEndian(2835, 4), ...littleEndian(5670, 4)], 14 + 24);
  return { file: changed, ...rest };
}

function paletteWithoutEnd(): SuiteCase {
  const { file, ...rest } = paletteCase(8, COLOURS_252, { runs: true });
  assertEquals([...file.slice(-2)], EOB);
  return { file: file.slice(0, -2), ...rest };
}

for (const [name, suiteCase] of Object.entries({ ...GOOD, ...QUESTIONABLE })) {
  Deno.test(`decodeBmp() decodes the equivalent of bmpsuite's ${name}`, () => {
    const colours = assertColours(suiteCase);
    assert(colours.size > 1 || name === "pal1p1", "all pixels are the same");
  });
}

Deno.test("decodeBmp() shows an alpha that is zero everywhere as opaque, any other as it is", () => {
  const clear = [...F888, field(24, 8)];
  const levels = (alpha: (x: number) => number) =>
    buildBmp({
      ...{ bitsPerPixel: 32, width: 3, height: 1, headerBytes: 124, compression: 3 },
      ...{ masks: clear.map(maskOf) },
      pixels: packRows([[0, 1, 2].map((x) => 0x302010 + alpha(x) * 2 ** 24)], 32),
    });
  const alphas = (file: Uint8Array) => [...decodeFile(file).data].filter((_, i) => i % 4 === 3);
  assertEquals(alphas(levels(() => 0)), [255, 255, 255]);
  assertEquals(alphas(levels((x) => x === 2 ? 1 : 0)), [0, 0, 1]);
});

Deno.test("decodeBmp() refuses run lengths that the file ends in as truncated", () => {
  for (const name of ["pal4rle", "pal8rle"]) {
    const { file } = GOOD[name]!;
    // The end of the image may be missing, but nothing before it.
    for (let length = file.length - 4; length > 1100; length -= 97) {
      assertDomainError(() => decodeFile(file.slice(0, length)), "truncated-image", "127x64");
    }
  }
});

/** Moves by columns and rows in 3x2 pixels, and whether each stays inside. */
const MOVES: readonly (readonly [move: readonly number[], isInside: boolean])[] = [
  [[3, 0], true],
  [[4, 0], false],
  [[255, 0], false],
  [[0, 1], true],
  [[0, 2], false],
  [[0, 255], false],
];

for (const [move, isInside] of MOVES) {
  const claim = isInside ? "allows" : "refuses";
  Deno.test(`decodeBmp() ${claim} a move by ${move.join(", ")} in 3x2 pixels, as bmpsuite's badrle`, () => {
    const { width, height } = { width: 3, height: 2 };
    const options = { bitsPerPixel: 8, compression: 1, colours: 1, palette: [9, 9, 9, 0] };
    const pixels = [0, 2, ...move, ...EOB];
    const file = buildBmp({ ...options, width, height, pixels });
    if (isInside) assertEquals([...decodeFile(file).data], Array(18).fill(0));
    else assertDomainError(() => decodeFile(file), "corrupt-image", "stay in 3x2 pixels");
  });
}

Deno.test("decodeBmp() decodes run lengths that hold no pixels to black", () => {
  const white = buildBmp({
    ...{ bitsPerPixel: 4, width: 3, height: 2, compression: 2, colours: 1 },
    ...{ palette: [255, 254, 253, 0], pixels: EOB },
  });
  assertEquals([...decodeFile(white).data], Array(18).fill(0));
});

Deno.test("readHeader() refuses bmpsuite's rgb24jpeg and rgb24png as unsupported", () => {
  for (const [compression, name] of [[4, "JPEG"], [5, "PNG"]] as const) {
    for (const bitsPerPixel of [0, 24]) {
      const file = buildBmp({ compression, bitsPerPixel, headerBytes: 124 });
      assertDomainError(() => readHeader(file), "unsupported-format", name, "send that");
    }
  }
});
