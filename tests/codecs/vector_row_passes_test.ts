import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { type AxisWeights, axisWeights, windowWeights } from "../../src/image/axis_weights.ts";
import { cropView } from "../../src/image/crop_view.ts";
import { PlainRowPasses } from "../../src/image/plain_row_passes.ts";
import type { ResamplingRule, RowPasses } from "../../src/image/row_passes.ts";
import { RowResampler } from "../../src/image/row_resampler.ts";
import { ROWS_WASM } from "../../src/codecs/rows_wasm.ts";
import { type UprightView, uprightView } from "../../src/image/upright_view.ts";
import { vectorRowPasses } from "../../src/codecs/vector_row_passes.ts";
import { seededRandom } from "../random.ts";
import { orientations, storeImage } from "../image/store_image.ts";
import { noise, sized } from "../image/tensor_cases.ts";

const HASH_FILE = new URL("../../wasm/rows/rows.wasm.sha256", import.meta.url);

const NORMALISATION = { gains: [1 / 3, 0.017, 2], biases: [-1, 0.3, -7.7] } as const;

/** Normalisation that changes nothing. */
const PLAIN = { gains: [1, 1, 1], biases: [0, 0, 0] } as const;

const SOURCE = sized(23, 17);

Deno.test("rows_wasm.ts is the build whose SHA-256 wasm/rows names", async () => {
  const [expected] = (await Deno.readTextFile(HASH_FILE)).split(" ");
  const bytes = Uint8Array.from(atob(ROWS_WASM), (character) => character.charCodeAt(0));
  assertEquals(createHash("sha256").update(bytes).digest("hex"), expected);
});

/** Weights along x and y, by name. */
const AXES: Readonly<Record<string, readonly [columns: AxisWeights, rows: AxisWeights]>> = {
  "two weights": [axisWeights(23, 11, 23 / 11, false), axisWeights(17, 8, 17 / 8, false)],
  "three weights": [axisWeights(23, 16, 23 / 16, true), axisWeights(17, 12, 17 / 12, true)],
  "five weights": [axisWeights(23, 10, 2.3, true), axisWeights(17, 7, 17 / 7, true)],
  "many weights": [axisWeights(23, 2, 11.5, true), axisWeights(17, 1, 17, true)],
  "weights of 22 bits": [
    axisWeights(23, 16, 23 / 16, true, 0, 22),
    axisWeights(17, 12, 17 / 12, true, 0, 22),
  ],
  "more pixels than before": [
    axisWeights(23, 40, 23 / 40, true),
    axisWeights(17, 30, 17 / 30, true),
  ],
  "a window inside": [
    windowWeights(axisWeights(12, 8, 1.5, true), 6, 23),
    windowWeights(axisWeights(9, 6, 1.5, true), 4, 17),
  ],
  "a window that ends outside": [
    windowWeights(axisWeights(12, 8, 1.5, true), -4, 23),
    windowWeights(axisWeights(12, 8, 1.5, true), 9, 17),
  ],
};

for (const [name, [columns, rows]] of Object.entries(AXES)) {
  Deno.test(`vectorRowPasses() gives the rows of PlainRowPasses, to the last bit, with ${name}`, () => {
    for (const rounds of [false, true]) {
      const rule = { columns, rows, rounds, ...NORMALISATION };
      for (const view of views()) assertSameRows(view, rule);
    }
  });
}

Deno.test("vectorRowPasses() reads the same pixels of a part of an image", () => {
  const [columns, rows] = [axisWeights(12, 8, 1.5, true), axisWeights(9, 6, 1.5, true)];
  for (const view of views()) {
    const part = cropView(view, SOURCE, { left: 5, top: 3, width: 12, height: 9 });
    assertSameRows(part, { columns, rows, rounds: false, ...NORMALISATION });
  }
});

Deno.test("vectorRowPasses() leaves rows to PlainRowPasses that need more than 4 MiB", () => {
  const rows = axisWeights(1, 1, 1, true);
  // Four bytes for each pixel: 4.0 MB are less than 4 MiB, and 4.4 MB more. Two weights for each of
  // two columns, and all else, take less than 2 kB.
  for (const [width, fits] of [[1_000_000, true], [1_100_000, false]] as const) {
    const data = new Uint8Array(3 * width).fill(9);
    const view = uprightView({ data, width, height: 1, channels: 3, reduction: 1 }, 1);
    const columns = axisWeights(width, 2, width / 2, false);
    const rule = { columns, rows, rounds: true, ...PLAIN };
    assertEquals(vectorRowPasses(view, rule) !== undefined, fits);
    assertEquals([...new RowResampler(view, rule, vectorRowPasses).row(0)], [9, 9, 9, 9, 9, 9]);
  }
});

Deno.test("vectorRowPasses() takes the memory of the passes before", () => {
  const [columns, rows] = AXES["three weights"]!;
  const rule = { columns, rows, rounds: false, ...NORMALISATION };
  const [first, second] = [passesOf(views()[0]!, rule), passesOf(views()[0]!, rule)];
  assertThrows(() => first.resampleLine(0, 0), TypeError, "another resampling has begun");
  assertThrows(() => first.combineLines(0, new Int32Array(3)), TypeError, "has begun");
  second.resampleLine(0, 0);
});

Deno.test("vectorRowPasses() leaves the rows to PlainRowPasses on a runtime that compiles no WebAssembly", async () => {
  const module = (name: string) => new URL(`../../src/${name}.ts`, import.meta.url).href;
  const program = `
    import { axisWeights } from ${JSON.stringify(module("image/axis_weights"))};
    import { RowResampler } from ${JSON.stringify(module("image/row_resampler"))};
    import { uprightView } from ${JSON.stringify(module("image/upright_view"))};
    import { vectorRowPasses } from ${JSON.stringify(module("codecs/vector_row_passes"))};
    WebAssembly.Module = function () { throw new WebAssembly.CompileError("disallowed"); };
    const data = Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110);
    const view = uprightView({ data, width: 4, height: 1, channels: 3, reduction: 1 }, 1);
    const [columns, rows] = [axisWeights(4, 2, 2, true), axisWeights(1, 1, 1, true)];
    const rule = { columns, rows, rounds: false, gains: [1, 1, 1], biases: [0, 0, 0] };
    const resampler = new RowResampler(view, rule, vectorRowPasses);
    console.log(vectorRowPasses(view, rule) === undefined, ...resampler.row(0));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", program],
    stderr: "inherit",
    env: { NO_COLOR: "1" },
  }).output();
  // Output 0 has its centre half a pixel behind that of input 0, and a half-width of two pixels:
  // weights 3/4, 3/4 and 1/4 of 0, 30 and 60, divided by their sum. Output 1 is its mirror image.
  const [isPlain, red, mirrored] = new TextDecoder().decode(stdout).trim().split(" ");
  assertEquals(isPlain, "true");
  assertEquals(Number(red), Math.fround(37.5 / 1.75));
  assertEquals(Number(mirrored), Math.fround(90 - 37.5 / 1.75));
});

/** Returns views of all orientations and numbers of channels. */
function views(): UprightView[] {
  const image = noise(seededRandom(7), SOURCE);
  return orientations.flatMap((orientation) =>
    ([1, 3, 4] as const).map((channels) =>
      uprightView(storeImage(image, SOURCE, orientation, channels), orientation)
    )
  );
}

function assertSameRows(view: UprightView, rule: ResamplingRule): void {
  const found = rowsOf(passesOf(view, rule), rule);
  assertEquals(found, rowsOf(new PlainRowPasses(view, rule), rule));
}

function passesOf(view: UprightView, rule: ResamplingRule): RowPasses {
  const passes = vectorRowPasses(view, rule);
  if (passes === undefined) throw new Error("this runtime cannot run the module");
  return passes;
}

/** Runs both passes for every output row, each with another order of the slots. */
function rowsOf(passes: RowPasses, { rows: { start, taps } }: ResamplingRule): number[][] {
  return Array.from(start, (first, y) => {
    const slots = Int32Array.from({ length: taps }, (_, tap) => (tap + y) % taps);
    for (const [tap, slot] of slots.entries()) passes.resampleLine(first + tap, slot);
    return [...passes.combineLines(y, slots)];
  });
}
