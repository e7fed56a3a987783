import { assert, assertEquals } from "@std/assert";
import type { ErrorCode } from "../../src/core/domain_error.ts";
import { buildWholePng, wholeChunk, type WholePngOptions } from "../image/formats/build_png.ts";
import { bytesOf, joinBytes } from "../image/formats/bytes_of.ts";
import { assertDomainError } from "../testing.ts";
import { decodePng } from "./decode_png.ts";

// Kinds of PNG that programs write although the standard says otherwise. Browsers and Pillow show
// them, and refuse the others.

const RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGBA = 6;
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function samples(channels: number) {
  return (x: number, y: number) => Array.from({ length: channels }, (_, c) => x * 9 + y * 30 + c);
}

function png(options: Partial<WholePngOptions> = {}): Uint8Array<ArrayBuffer> {
  const { colourType = RGB } = options;
  const own = samples(CHANNELS[colourType]!);
  return buildWholePng({
    ...{ width: 8, height: 6, bitDepth: 8, colourType, samples: own },
    ...options,
  });
}

const EXPECTED = decodePng(png());

/** Returns a copy of a file whose first chunk of a type has a wrong checksum. */
function withWrongChecksum(file: Uint8Array, type: string): Uint8Array {
  const copy = file.slice();
  const at = new TextDecoder("latin1").decode(copy).indexOf(type);
  const length = new DataView(copy.buffer).getUint32(at - 4);
  copy[at + 4 + length]! ^= 0xff;
  return copy;
}

/** Returns the data of the first IDAT chunk. */
function streamOf(file: Uint8Array<ArrayBuffer>): Uint8Array {
  const at = new TextDecoder("latin1").decode(file).indexOf("IDAT");
  return file.slice(at + 4, at + 4 + new DataView(file.buffer).getUint32(at - 4));
}

/** Changes the checksum at the end of the zlib stream. */
function wrongAdler(stream: Uint8Array): Uint8Array {
  const copy = stream.slice();
  copy[copy.length - 1]! ^= 0xff;
  return copy;
}

const TEXT = wholeChunk("tEXt", bytesOf("Title\0A text"));
const RIGHT: readonly (readonly [claim: string, file: Uint8Array])[] = [
  ...[1, 4, 70_000].flatMap((count) =>
    [0, 0xff].map((byte) => {
      const extra = new Uint8Array(count).fill(byte);
      const file = png({ edit: (stream) => joinBytes(stream, extra) });
      return [`${count} bytes ${byte} behind its zlib stream`, file] as const;
    })
  ),
  ["a second zlib stream", png({ edit: (stream) => joinBytes(stream, stream) })],
  ["an IDAT chunk behind its zlib stream", png({ end: wholeChunk("IDAT", [1, 2, 3]) })],
  ["more rows than its header says", png({ edit: () => streamOf(png({ height: 8 })) })],
  ["no checksum of its zlib stream", png({ edit: (stream) => stream.slice(0, -4) })],
  ["a wrong checksum of IDAT", withWrongChecksum(png(), "IDAT")],
  ["wrong checksums of many IDAT", withWrongChecksum(png({ idatBytes: 9 }), "IDAT")],
  ["a wrong checksum of a text", withWrongChecksum(png({ chunks: [TEXT] }), "tEXt")],
  ["a wrong checksum of gAMA", withWrongChecksum(png({ chunks: [gamma()] }), "gAMA")],
  ["an iCCP chunk of garbage", png({ chunks: [wholeChunk("iCCP", [1, 2, 3])] })],
  ["two gAMA chunks", png({ chunks: [gamma(), gamma()] })],
  ["data behind IEND", joinBytes(png(), new Uint8Array(5000).fill(7))],
  ["another image behind IEND", joinBytes(png(), png())],
  ["no IEND", png({ end: new Uint8Array() })],
  ["half an IEND", png().slice(0, -6)],
  ["a wrong checksum of IEND", withWrongChecksum(png(), "IEND")],
  ["empty IDAT chunks", png({ chunks: [wholeChunk("IDAT", []), wholeChunk("IDAT", [])] })],
];

function gamma(): Uint8Array {
  return wholeChunk("gAMA", [0, 0, 0xb1, 0x8f]);
}

for (const [claim, file] of RIGHT) {
  Deno.test(`pngDecoder() decodes a PNG with ${claim}`, () => {
    assertEquals(decodePng(file).data, EXPECTED.data);
  });
}

Deno.test("pngDecoder() ignores tRNS in a PNG with an alpha channel", () => {
  for (const colourType of [GREY_ALPHA, RGBA]) {
    for (const data of [[0], [0, 1], [0, 9, 0, 10, 0, 11], []]) {
      const file = png({ colourType, chunks: [wholeChunk("tRNS", data)] });
      assertEquals(decodePng(file).data, decodePng(png({ colourType })).data);
    }
  }
});

Deno.test("pngDecoder() ignores a broken tRNS", () => {
  for (const data of [[], [1], Array(300).fill(0)]) {
    const { data: pixels, channels } = decodePng(png({ chunks: [wholeChunk("tRNS", data)] }));
    assertEquals([channels, pixels], [3, EXPECTED.data]);
  }
  const key = wholeChunk("tRNS", [0, 0, 0, 1, 0, 2]); // The colour of the first pixel.
  assertEquals(decodePng(png({ chunks: [key] })).data[3], 0);
  const damaged = withWrongChecksum(png({ chunks: [key] }), "tRNS");
  assertEquals(decodePng(damaged).data, EXPECTED.data);
});

Deno.test("pngDecoder() makes indices beyond the palette black", () => {
  const file = png({ colourType: PALETTE, chunks: [wholeChunk("PLTE", [9, 8, 7])] });
  const { data } = decodePng(file);
  assertEquals([...data.slice(0, 6)], [9, 8, 7, 0, 0, 0]);
});

const REFUSED: readonly (readonly [claim: string, file: Uint8Array, code: ErrorCode])[] = [
  ["a wrong checksum of its zlib stream", png({ edit: wrongAdler }), "corrupt-image"],
  [
    "wrong checksums of both IDAT and its zlib stream",
    withWrongChecksum(png({ edit: wrongAdler }), "IDAT"),
    "corrupt-image",
  ],
  [
    "a wrong checksum of IDAT and none of its zlib stream",
    withWrongChecksum(png({ edit: (stream) => stream.slice(0, -4) }), "IDAT"),
    "corrupt-image",
  ],
  ["a wrong checksum of IHDR", withWrongChecksum(png(), "IHDR"), "corrupt-image"],
  [
    "a wrong checksum of its palette",
    withWrongChecksum(
      png({ colourType: PALETTE, chunks: [wholeChunk("PLTE", [9, 8, 7])] }),
      "PLTE",
    ),
    "corrupt-image",
  ],
  ["no palette", png({ colourType: PALETTE }), "corrupt-image"],
  ["a filter that does not exist", png({ filter: (row) => row === 3 ? 5 : 0 }), "corrupt-image"],
  ["too few rows", png({ height: 7, edit: () => streamOf(png()) }), "corrupt-image"],
  ["a text between its IDAT chunks", withTextBetween(), "corrupt-image"],
  [
    "an unknown chunk that must be known",
    png({ chunks: [wholeChunk("ABCD", [])] }),
    "corrupt-image",
  ],
  ["its pixels cut off", png().slice(0, -40), "truncated-image"],
  ["its last checksum cut off", png().slice(0, -14), "truncated-image"],
];

function withTextBetween(): Uint8Array {
  const file = png({ idatBytes: 20 });
  const second = new TextDecoder("latin1").decode(file).indexOf("IDAT", 60) - 4;
  return joinBytes(file.subarray(0, second), TEXT, file.subarray(second));
}

for (const [claim, file, code] of REFUSED) {
  Deno.test(`pngDecoder() refuses a PNG with ${claim}`, () => {
    assertDomainError(() => decodePng(file), code, "PNG");
  });
}

Deno.test("the PNGs of these tests have pixels that differ", () => {
  // Proves that the comparisons above can fail.
  assert(new Set(EXPECTED.data).size > 50);
});
