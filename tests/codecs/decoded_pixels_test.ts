import { assert, assertEquals } from "@std/assert";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/**
 * Maximum difference of a sample from that of Pillow, in levels.
 *
 * Above 8 bits Pillow's libavif converts with libyuv, which drops bits before it multiplies. The
 * planes of the two builds of libde265 differ by one level in a twentieth of the samples.
 */
const TOLERANCES: readonly (readonly [file: string, tolerance: number])[] = [
  ["420.jpg", 0],
  ["422.jpg", 0],
  ["444.jpg", 0],
  ["scans.jpg", 0],
  ["restarts.jpg", 0],
  ["inks.jpg", 0],
  ["lossy.webp", 0],
  ["lossless.webp", 0],
  ["lossy-alpha.webp", 0],
  ["lossless-alpha.webp", 0],
  ["animated.webp", 0],
  ["rgb.avif", 0],
  ["444.avif", 0],
  ["grey.avif", 0],
  ["alpha.avif", 0],
  ["animated.avif", 0],
  ["grid.avif", 0],
  ["grid-alpha.avif", 0],
  ["10-bit.avif", 3],
  ["12-bit.avif", 3],
  ["12-bit-alpha.avif", 3],
  ["rgb.heic", 3],
  ["422.heic", 3],
  ["444.heic", 3],
  ["grey.heic", 1],
  ["alpha.heic", 3],
  ["odd.heic", 3],
  ["10-bit.heic", 3],
  ["tile.heic", 3],
  ["rgb.bmp", 0],
  ["grey.bmp", 0],
  ["palette.bmp", 0],
  ["one-bit.bmp", 0],
];

for (const [file, tolerance] of TOLERANCES) {
  Deno.test(`imageCodec() decodes ${file} as Pillow does, to ${tolerance} levels`, async () => {
    const found = await decode(file);
    const expected = await decode(`${file}.decoded.png`);
    assertEquals([found.width, found.height], [expected.width, expected.height]);
    const worst = worstDifference(found, expected);
    assert(worst <= tolerance, `a sample is ${worst} levels off`);
  });
}

Deno.test("the comparison with Pillow finds a difference of two images", async () => {
  // Proves that the cases above can fail.
  const worst = worstDifference(await decode("rgb.avif"), await decode("grey.avif.decoded.png"));
  assert(worst > 50);
  const heic = worstDifference(await decode("rgb.heic"), await decode("grey.heic.decoded.png"));
  assert(heic > 50);
});

async function decode(file: string): Promise<Pixels> {
  const bytes = await Deno.readFile(new URL(file, FORMATS));
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

/** Returns the largest difference of alpha, and of colours where the expected pixel is visible. */
function worstDifference(found: Pixels, expected: Pixels): number {
  let worst = 0;
  for (let pixel = 0; pixel < expected.width * expected.height; pixel++) {
    const [red, green, blue, alpha = 255] = samplesOf(found, pixel);
    const [expectedRed, expectedGreen, expectedBlue, expectedAlpha = 255] = samplesOf(
      expected,
      pixel,
    );
    worst = Math.max(worst, Math.abs(alpha - expectedAlpha));
    if (expectedAlpha === 0) continue;
    worst = Math.max(worst, Math.abs(red! - expectedRed!));
    worst = Math.max(worst, Math.abs(green! - expectedGreen!));
    worst = Math.max(worst, Math.abs(blue! - expectedBlue!));
  }
  return worst;
}

function samplesOf({ data, channels }: Pixels, pixel: number): Uint8Array {
  return data.subarray(pixel * channels, (pixel + 1) * channels);
}
