import { assert, assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { flattenAlpha } from "../../src/image/flatten_alpha.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Colours that make/formats.py painted: the quarters of the upright image. */
const RED = [220, 40, 30], GREEN = [40, 180, 60], BLUE = [30, 60, 200], GREY = [128, 128, 128];
const COLOURS = [RED, GREEN, BLUE, GREY];
/** Luma of the colours (ITU-R BT.601): .299 · 220 + .587 · 40 + .114 · 30 = 92.7, and so on. */
const LUMAS = [93, 124, 67, 128].map((luma) => [luma, luma, luma]);
/** Black and white: levels above 100 are white. */
const BITS = [0, 255, 0, 255].map((level) => [level, level, level]);
const PAD = [10, 20, 200] as const;
/** Colours of an image whose grey quarter is transparent. */
const OVER_PAD = [RED, GREEN, BLUE, [...PAD]];
const LUMAS_OVER_PAD = [...LUMAS.slice(0, 3), [...PAD]];

const CASES: [file: string, quarters: number[][], tolerance: number][] = [
  ["rgb.jpg", COLOURS, 4],
  ["subsampled.jpg", COLOURS, 6],
  ["progressive.jpg", COLOURS, 6],
  ["grey.jpg", LUMAS, 3],
  ["cmyk.jpg", COLOURS, 6],
  ["rgb.png", COLOURS, 0],
  ["grey.png", LUMAS, 1],
  ["one-bit.png", BITS, 0],
  ["sixteen-bit.png", LUMAS, 1],
  ["palette.png", COLOURS, 0],
  ["alpha.png", OVER_PAD, 0],
  ["grey-alpha.png", LUMAS_OVER_PAD, 1],
  ["palette-alpha.png", OVER_PAD, 0],
  ["rgb.gif", COLOURS, 0],
  ["animated.gif", COLOURS, 0],
  ...[2, 3, 4, 5, 6, 7, 8].flatMap((n): [string, number[][], number][] => [
    [`orientation-${n}.jpg`, COLOURS, 4],
    [`orientation-${n}.webp`, COLOURS, 0],
    [`orientation-${n}.avif`, COLOURS, 3],
  ]),
];

for (const [file, quarters, tolerance] of CASES) {
  Deno.test(`imageCodec() decodes ${file} to the painted colours`, async () => {
    const bytes = await Deno.readFile(new URL(file, FORMATS));
    const found = quarterColours(bytes);
    found.forEach((colour, quarter) =>
      colour.forEach((value, channel) => {
        const expected = quarters[quarter]![channel]!;
        assert(
          Math.abs(value - expected) <= tolerance,
          `quarter ${quarter} is ${colour}, not ${quarters[quarter]}`,
        );
      })
    );
  });
}

Deno.test("the comparison of colours finds a wrong orientation", async () => {
  // Proves that the cases above can fail: stored pixels of orientation 6 are not upright.
  const bytes = await Deno.readFile(new URL("orientation-6.jpg", FORMATS));
  const [topLeft] = quarterColours(bytes, 1);
  assert(Math.abs(topLeft![0]! - RED[0]!) > 50);
});

Deno.test("imageCodec() decodes a JPEG at the smallest of 1/1, 1/2, 1/4, 1/8 that covers a size", async () => {
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS)); // 64x48
  const cases: [width: number, height: number, reduction: number][] = [
    [8, 6, 8], // 64 / 8 = 8, 48 / 8 = 6: covers exactly.
    [9, 6, 4], // 8 < 9, so 16x12.
    [16, 12, 4],
    [16, 13, 2],
    [32, 24, 2],
    [33, 1, 1],
    [64, 48, 1],
    [500, 500, 1], // No scale covers it, so the largest one.
  ];
  for (const [width, height, reduction] of cases) {
    const pixels = codec.decode(bytes, readHeader(bytes), { width, height });
    assertEquals([pixels.reduction, pixels.width, pixels.height], [
      reduction,
      64 / reduction,
      48 / reduction,
    ]);
  }
});

for (const file of ["rgb.jpg", "progressive.jpg", "rgb.png", "sixteen-bit.png", "rgb.gif"]) {
  Deno.test(`imageCodec() decodes all of ${file} or refuses it, cut at any byte`, async () => {
    const bytes = await Deno.readFile(new URL(file, FORMATS));
    const whole = decode(bytes);
    let refused = 0;
    for (let length = 0; length < bytes.length; length++) {
      try {
        const pixels = decode(bytes.slice(0, length));
        assertEquals([pixels.width, pixels.height], [whole.width, whole.height]);
      } catch (error) {
        assert(error instanceof DomainError, `${error} at ${length}`);
        refused++;
      }
    }
    assert(refused > bytes.length / 2, `only ${refused} of ${bytes.length} cuts were refused`);
  });
}

Deno.test("imageCodec() decodes an image after it refused another", async () => {
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const broken = bytes.slice().fill(0x55, 300);
  assertThrows(() => decode(broken.slice(0, 400)), DomainError);
  assertEquals(decode(bytes).width, 64);
});

function decode(bytes: Uint8Array): Pixels {
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

/** Returns the colours at the centres of the upright quarters, composited over PAD. */
function quarterColours(bytes: Uint8Array, orientation?: number): number[][] {
  const header = readHeader(bytes);
  const pixels = codec.decode(bytes, header, header);
  flattenAlpha(pixels, PAD);
  const view = uprightView(pixels, orientation ?? header.orientation);
  return ([[1, 1], [3, 1], [1, 3], [3, 3]] as const).map(([x, y]) => {
    const column = Math.floor(view.width * x / 4);
    const row = Math.floor(view.height * y / 4);
    const at = view.offset + column * view.stepX + row * view.stepY;
    const { data, channels } = view;
    return [0, 1, 2].map((channel) => data[channels === 1 ? at : at + channel]!);
  });
}
