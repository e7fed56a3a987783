import { assert, assertEquals } from "@std/assert";
import type { Size } from "../../src/core/size.ts";
import { decodedBytes } from "../../src/image/decoded_bytes.ts";
import { readJpegHeader } from "../../src/image/formats/jpeg.ts";
import { type BlankJpegOptions, buildBlankJpeg } from "../image/formats/build_jpeg.ts";
import { decodeJpeg } from "./decode_jpeg.ts";

const PAGE = 65_536;
/** Memory of the decoder besides the file and the estimate, as `src/codecs/jpeg.ts` has it. */
const BASE = 2 ** 18;

const SAMPLINGS: readonly (readonly [name: string, samplings: readonly number[]])[] = [
  ["grey", [0x11]],
  ["grey of factor 2x2", [0x22]],
  ["4:4:4", [0x11, 0x11, 0x11]],
  ["4:4:4 of factor 1x2", [0x12, 0x12, 0x12]],
  ["4:2:2", [0x21, 0x11, 0x11]],
  ["4:4:0", [0x12, 0x11, 0x11]],
  ["4:2:0", [0x22, 0x11, 0x11]],
  ["4:1:1", [0x41, 0x11, 0x11]],
  ["4:1:0", [0x42, 0x11, 0x11]],
  ["factor 1x4", [0x14, 0x11, 0x11]],
  ["luma smaller than chroma", [0x11, 0x22, 0x11]],
  // Two components of 10 groups of 4 rows, and one of 10 groups of 2 rows, upsampled to 4 rows.
  ["luma of half the rows of chroma", [0x12, 0x14, 0x14]],
  ["CMYK", [0x11, 0x11, 0x11, 0x11]],
  ["CMYK of 4:2:0", [0x22, 0x11, 0x11, 0x22]],
];
const SIZES: readonly (readonly [width: number, height: number])[] = [
  [1000, 700],
  [1, 1],
  [7, 65_535],
  [65_535, 9],
];
const SCANS = ["one scan", "progressive", "per component"] as const;

/** Returns the memory of the instance that decoded an image, and its limit. */
function decode(options: BlankJpegOptions, atLeast: Size): { used: number; limit: number } {
  const bytes = buildBlankJpeg(options);
  const header = readJpegHeader(bytes);
  const { data, width, height, channels } = decodeJpeg(bytes, atLeast);
  assertEquals(data.length, width * height * channels);
  // Samples of 128 are mid-grey in each colour space but CMYK, where two such inks leave a quarter.
  const expected = options.samplings.length === 4 ? 64 : 128;
  assert(data.every((value) => value === expected), `a sample is not ${expected}`);
  const limit = BASE + bytes.length + decodedBytes(header, atLeast);
  return { used: data.buffer.byteLength, limit };
}

for (const [name, samplings] of SAMPLINGS) {
  for (const scans of SCANS) {
    Deno.test(`jpegDecoder() decodes a JPEG, ${name}, ${scans}, within its memory estimate`, () => {
      for (const [width, height] of SIZES) {
        for (const reduction of [1, 2, 4, 8]) {
          const atLeast = { width: width / reduction, height: height / reduction };
          const options = { width, height, samplings, ...scans !== "one scan" && { scans } };
          const { used, limit } = decode(options, atLeast);
          // A memory grows by pages.
          assert(used < limit + PAGE, `${width}x${height} at 1/${reduction}: ${used} of ${limit}`);
        }
      }
    });
  }
}

Deno.test("jpegDecoder() needs most of the memory that is estimated for a large JPEG", () => {
  const size = { width: 4000, height: 3000 };
  for (const scans of ["progressive", "per component", undefined] as const) {
    for (const reduction of [1, 8]) {
      const atLeast = { width: 4000 / reduction, height: 3000 / reduction };
      const options = { ...size, samplings: [0x22, 0x11, 0x11], ...scans && { scans } };
      const { used, limit } = decode(options, atLeast);
      // At 1/8 the rows of the estimate are most of what a few hundred kilobytes are.
      assert(used > 0.75 * limit, `${scans} at 1/${reduction}: ${used} of ${limit}`);
    }
  }
});
