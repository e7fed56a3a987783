import { assert, assertEquals } from "@std/assert";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";

const FOLDER = "cases/pictures/";
const KINDS = ["avif", "bmp", "gif", "jpeg", "png"];

/** Pixels of a file as browsers and Pillow show it. */
interface Expected {
  readonly width: number;
  readonly height: number;
  /** Mean red, green and blue. */
  readonly mean: readonly number[];
  /** Maximum difference of a mean. */
  readonly tolerance: number;
}

testUnless(
  missingShared(`${FOLDER}expected.json`),
  "imageCodec() decodes the images of many programs as browsers do",
  async (test) => {
    const { codec } = await hostRuntime({ threads: 1 });
    const list = await Deno.readTextFile(new URL(`${FOLDER}expected.json`, SHARED));
    const files = Object.entries<Expected>(JSON.parse(list));
    assertEquals([...new Set(files.map(([file]) => file.split("/")[0]!))].sort(), KINDS);
    for (const [file, { width, height, mean, tolerance }] of files) {
      await test.step(file, async () => {
        const bytes = await Deno.readFile(new URL(`${FOLDER}${file}`, SHARED));
        const header = readHeader(bytes);
        const pixels = codec.decode(bytes, header, header);
        assertEquals([pixels.width, pixels.height], [width, height]);
        mean.forEach((expected, channel) => {
          const found = meanOf(pixels.data, pixels.channels === 1 ? 0 : channel, pixels.channels);
          assert(Math.abs(found - expected) <= tolerance, `mean ${found}, not ${expected}`);
        });
      });
    }
  },
);

function meanOf(data: Uint8Array, first: number, step: number): number {
  let sum = 0;
  for (let i = first; i < data.length; i += step) sum += data[i]!;
  return sum / (data.length / step);
}
