import { assert, assertEquals } from "@std/assert";
import { assertCpuTime, assertDomainError, missingShared, SHARED, testUnless } from "../testing.ts";
import { decodeJpeg } from "./decode_jpeg.ts";

const FOLDER = "cases/pictures/";
const MISSING = missingShared(`${FOLDER}expected.json`);

/** Pixels of a file as browsers and Pillow show it. */
interface Expected {
  readonly width: number;
  readonly height: number;
  /** Mean red, green and blue. */
  readonly mean: readonly number[];
  /** Maximum difference of a mean. */
  readonly tolerance: number;
}

testUnless(MISSING, "jpegDecoder() decodes the JPEGs of cameras and programs", async (test) => {
  const list = await Deno.readTextFile(new URL(`${FOLDER}expected.json`, SHARED));
  const files = Object.entries<Expected>(JSON.parse(list));
  const jpegs = files.filter(([file]) => file.startsWith("jpeg/"));
  assert(jpegs.length > 0);
  for (const [file, { width, height, mean, tolerance }] of jpegs) {
    await test.step(file, async () => {
      const pixels = decodeJpeg(await Deno.readFile(new URL(`${FOLDER}${file}`, SHARED)));
      assertEquals([pixels.width, pixels.height], [width, height]);
      mean.forEach((expected, channel) => {
        const found = meanOf(pixels.data, pixels.channels === 1 ? 0 : channel, pixels.channels);
        assert(Math.abs(found - expected) <= tolerance, `mean ${found}, not ${expected}`);
      });
    });
  }
});

const ATTACK = "cases/attacks/progressive_small_40mp_100scans.jpg";

testUnless(
  missingShared(ATTACK),
  "jpegDecoder() refuses 100 scans of 40 megapixels at once",
  async () => {
    const bytes = await Deno.readFile(new URL(ATTACK, SHARED));
    await assertCpuTime(500, () => {
      assertDomainError(() => decodeJpeg(bytes), "corrupt-image", "blocks of 8x8 samples");
    });
  },
);

function meanOf(data: Uint8Array, first: number, step: number): number {
  let sum = 0;
  for (let i = first; i < data.length; i += step) sum += data[i]!;
  return sum / (data.length / step);
}
