import { assertEquals } from "@std/assert";
import { decodeGif } from "../../src/codecs/gif.ts";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import { readGifHeader } from "../../src/image/formats/gif.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import {
  buildGif,
  gifData,
  type GifOptions,
  type LzwOptions,
  subBlocks,
} from "../image/formats/build_gif.ts";
import { bytesOf, joinBytes } from "../image/formats/bytes_of.ts";
import { seededRandom } from "../random.ts";
import { assertDomainError } from "../testing.ts";

// Kinds of GIF that programs write, some of them against the standard. Browsers show all of them,
// and refuse the others.

const WIDTH = 16;
const HEIGHT = 12;
const INDICES = Array.from(
  { length: WIDTH * HEIGHT },
  (_, i) => (i % WIDTH * 3 + Math.floor(i / WIDTH) * 5) % 8,
);
const TABLE = Array.from({ length: 8 }, (_, i) => [i * 36, 255 - i * 30, i * i]);
const COLOURS = INDICES.map((index) => TABLE[index]!);
const BLACK = [0, 0, 0];

interface KindOptions extends GifOptions, LzwOptions {
  readonly indices?: readonly number[];
  /** Data of the frame. Unset: that of the indices. */
  readonly data?: Uint8Array;
  /** Bytes behind the data. Unset: the trailer. */
  readonly end?: Uint8Array;
  readonly table?: readonly (readonly number[])[];
}

const TRAILER = Uint8Array.of(0x3b);

/** Builds a whole GIF; the colour table is where the options say that there is one. */
function gif(options: KindOptions = {}): Uint8Array {
  const { globalBits = options.localBits === undefined ? 3 : 0, table = TABLE } = options;
  const head = buildGif({ width: WIDTH, height: HEIGHT, ...options, globalBits });
  const colours = Uint8Array.from(table.flat());
  if (options.localBits === undefined && globalBits > 0) head.set(colours, 13);
  return joinBytes(
    head,
    ...options.localBits === undefined ? [] : [colours],
    options.data ?? gifData(options.indices ?? INDICES, options),
    options.end ?? TRAILER,
  );
}

function decode(bytes: Uint8Array): Pixels {
  return decodeGif(bytes, readGifHeader(bytes));
}

/** Rows in stored order of an interlaced image: every 8th from 0 and 4, every 4th from 2, odd ones. */
const STORED_ROWS = [0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9, 11];
const UNKNOWN_EXTENSION = [0x21, 0x42, 3, 1, 2, 3, 1, 9, 0];
const SHOWN: readonly (readonly [claim: string, options: KindOptions])[] = [
  ["version 87a", { version: "87a" }],
  ["codes without a clear code at their start", { clears: false }],
  ["codes without an end code", { ends: false }],
  ["data without its last, empty sub-block", {
    ...{ data: gifData(INDICES).slice(0, -1), end: new Uint8Array() },
  }],
  ["sub-blocks of one byte", {
    data: joinBytes(Uint8Array.of(3), subBlocks(codesOf(gifData(INDICES)), 1)),
  }],
  ["no trailer", { end: new Uint8Array() }],
  ["text behind its trailer", { end: joinBytes(TRAILER, bytesOf("made by hand")) }],
  ["text instead of its trailer", { end: bytesOf("made by hand") }],
  ["more pixels than its frame has", { indices: [...INDICES, ...INDICES] }],
  ["codes of more bits than its colours need", { indexBits: 8 }],
  ["codes of 11 bits", { indexBits: 11 }],
  ["unknown extensions", { blocks: [...UNKNOWN_EXTENSION, ...UNKNOWN_EXTENSION] }],
  ["a table of its frame and no global one", { localBits: 3 }],
  ["a table of its frame and a global one", { localBits: 3, globalBits: 2 }],
  ["rows in four passes", {
    interlaced: true,
    indices: STORED_ROWS.flatMap((y) => INDICES.slice(y * WIDTH, (y + 1) * WIDTH)),
  }],
  ["a screen smaller than its frame", { width: 8, height: 6, frame: [0, 0, WIDTH, HEIGHT] }],
  ["a screen without pixels", { width: 0, height: 0, frame: [0, 0, WIDTH, HEIGHT] }],
  ["a second, broken frame", { end: Uint8Array.of(0x2c, 0, 0, 0, 0, 1) }],
];

/** Returns the bytes of the codes, without the lengths of the sub-blocks. */
function codesOf(data: Uint8Array): number[] {
  return [...data].filter((_, i) => i > 0 && (i - 1) % 256 !== 0).slice(0, data.length - 3);
}

for (const [claim, options] of SHOWN) {
  Deno.test(`decodeGif() decodes a GIF with ${claim}`, () => {
    const { data, width, height, channels } = decode(gif(options));
    assertEquals([width, height, channels], [WIDTH, HEIGHT, 3]);
    assertEquals([...data], COLOURS.flat());
  });
}

Deno.test("decodeGif() decodes a GIF of two colours whose codes start with 2 bits", () => {
  const indices = INDICES.map((index) => index % 2);
  const { data } = decode(gif({ globalBits: 1, indexBits: 1, indices, table: TABLE.slice(0, 2) }));
  assertEquals([...data], indices.flatMap((index) => TABLE[index]!));
});

Deno.test("decodeGif() decodes full tables of codes, cleared or kept", () => {
  const random = seededRandom(5);
  const indices = Array.from({ length: 200 * 150 }, () => Math.floor(random() * 8));
  for (const keepsTable of [false, true]) {
    const { data } = decode(gif({ width: 200, height: 150, indices, keepsTable }));
    assertEquals([...data], indices.flatMap((index) => TABLE[index]!));
  }
});

Deno.test("decodeGif() makes indices beyond the colour table black", () => {
  const { data } = decode(gif({ globalBits: 1, table: TABLE.slice(0, 2) }));
  assertEquals([...data], INDICES.flatMap((index) => index < 2 ? TABLE[index]! : BLACK));
  const none = decode(gif({ globalBits: 0 }));
  assertEquals([...none.data], INDICES.flatMap(() => BLACK));
});

Deno.test("decodeGif() makes the transparent index of the last control transparent", () => {
  const control = (flags: number, index: number) => [0x21, 0xf9, 4, flags, 0, 0, index, 0];
  const { data, channels } = decode(gif({ blocks: [...control(1, 2), ...control(1, 5)] }));
  assertEquals<number>(channels, 4);
  const expected = INDICES.map((index) => index === 5 ? [0, 0, 0, 0] : [...TABLE[index]!, 255]);
  assertEquals([...data], expected.flat());
});

Deno.test("decodeGif() places a frame on a transparent screen, which it may enlarge", () => {
  const cases = [[20, 15, 3, 1, 20, 15], [10, 40, 3, 1, 19, 40]] as const;
  for (const [screenWidth, screenHeight, left, top, width, height] of cases) {
    const screen = { width: screenWidth, height: screenHeight };
    const pixels = decode(gif({ ...screen, frame: [left, top, WIDTH, HEIGHT] }));
    assertEquals([pixels.width, pixels.height, pixels.channels], [width, height, 4]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const isInside = x >= left && x < left + WIDTH && y >= top && y < top + HEIGHT;
        const colour = isInside ? [...COLOURS[(y - top) * WIDTH + x - left]!, 255] : [0, 0, 0, 0];
        const at = (y * width + x) * 4;
        assertEquals([...pixels.data.subarray(at, at + 4)], colour, `at ${x}, ${y}`);
      }
    }
  }
});

const REFUSED: readonly (readonly [claim: string, options: KindOptions, code: ErrorCode])[] = [
  ["too few pixels", { indices: INDICES.slice(1) }, "corrupt-image"],
  ["too few pixels and no end code", { indices: INDICES.slice(9), ends: false }, "corrupt-image"],
  ["no pixels", { data: Uint8Array.of(3, 0) }, "corrupt-image"],
  ["an impossible first code", { data: Uint8Array.of(3, 1, 0x0f, 0) }, "corrupt-image"],
  ["an impossible later code", { data: Uint8Array.of(3, 2, 0x10, 0xff, 0) }, "corrupt-image"],
  ["codes of 0 bits", { data: Uint8Array.of(0, 1, 0, 0) }, "corrupt-image"],
  ["codes of 12 bits", { data: Uint8Array.of(12, 1, 0, 0) }, "corrupt-image"],
  ["half of its data", {
    ...{ data: gifData(INDICES).slice(0, 40), end: new Uint8Array() },
  }, "truncated-image"],
  ["nothing behind its frame's descriptor", {
    ...{ data: new Uint8Array(), end: new Uint8Array() },
  }, "truncated-image"],
];

for (const [claim, options, code] of REFUSED) {
  Deno.test(`decodeGif() refuses a GIF with ${claim}`, () => {
    assertDomainError(() => decode(gif(options)), code, "GIF");
  });
}
