import { assert, assertEquals } from "@std/assert";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/**
 * Levels by which a sample may differ from Pillow's.
 *
 * More than 8 bits: Pillow's libavif converts by libyuv, which drops bits before it multiplies.
 */
const TOLERANCES: readonly (readonly [file: string, tolerance: number])[] = [
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

Deno.test("imageCodec() decodes no two of these images to the same pixels by mistake", async () => {
  // The twin of the cases above: the comparison does tell images apart.
  const worst = worstDifference(await decode("rgb.avif"), await decode("grey.avif.decoded.png"));
  assert(worst > 50);
});

async function decode(file: string): Promise<Pixels> {
  const bytes = await Deno.readFile(new URL(file, FORMATS));
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

/** Colours are compared where the expected pixel is not wholly transparent; alpha, where there is. */
function worstDifference(found: Pixels, expected: Pixels): number {
  let worst = 0;
  for (let pixel = 0; pixel < expected.width * expected.height; pixel++) {
    const [from, to] = [found, expected].map(({ data, channels }) =>
      data.subarray(pixel * channels, (pixel + 1) * channels)
    );
    const alpha = Math.abs((from[3] ?? 255) - to[3]);
    const colours = to[3] === 0 ? [] : [0, 1, 2].map((i) => Math.abs(from[i] - to[i]));
    worst = Math.max(worst, alpha, ...colours);
  }
  return worst;
}
