import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createResizePlan } from "../../src/core/resize_plan.ts";
import { cropView } from "../../src/image/crop_view.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { type TensorRule, toTensor } from "../../src/image/tensor.ts";
import { type UprightView, uprightView } from "../../src/image/upright_view.ts";
import { seededRandom, wholeBetween } from "../random.ts";

const RULE: TensorRule = {
  layout: "nhwc",
  colour: "rgb",
  divisor: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  antialias: true,
  factor: "per-side",
  rounding: "none",
  padValue: [0, 0, 0],
};

/** Returns all pixels of a view as RGB, and their size. */
function pixelsOf({ data, width, height, offset, stepX, stepY }: UprightView): Pixels {
  const copy = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + x * stepX + y * stepY;
      copy.set(data.subarray(at, at + 3), (y * width + x) * 3);
    }
  }
  return { data: copy, width, height, channels: 3, reduction: 1 };
}

function randomPixels(random: () => number, width: number, height: number): Pixels {
  const data = Uint8Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256));
  return { data, width, height, channels: 3, reduction: 1 };
}

function tensorOf(view: UprightView, width: number, height: number): Float32Array {
  const resize = { kind: "stretch", width: 5, height: 4 } as const;
  return toTensor(view, createResizePlan({ width, height }, resize, { kind: "none" }), RULE);
}

for (let orientation = 1; orientation <= 8; orientation++) {
  Deno.test(`cropView() equals a copy of the part, stored with orientation ${orientation}`, () => {
    const random = seededRandom(orientation);
    for (let round = 0; round < 50; round++) {
      const stored = randomPixels(random, wholeBetween(random, 1, 30), wholeBetween(random, 1, 30));
      const view = uprightView(stored, orientation);
      const left = wholeBetween(random, 0, view.width - 1);
      const top = wholeBetween(random, 0, view.height - 1);
      const width = wholeBetween(random, 1, view.width - left);
      const height = wholeBetween(random, 1, view.height - top);
      const part = cropView(view, view, { left, top, width, height });
      const whole = pixelsOf(view);
      const expected = new Uint8Array(width * height * 3);
      for (let y = 0; y < height; y++) {
        const from = ((top + y) * view.width + left) * 3;
        expected.set(whole.data.subarray(from, from + width * 3), y * width * 3);
      }
      assertEquals(pixelsOf(part).data, expected);
      const copy = { data: expected, width, height, channels: 3, reduction: 1 } as const;
      assertEquals(
        tensorOf(part, width, height),
        tensorOf(uprightView(copy, 1), width, height),
      );
    }
  });
}

Deno.test("cropView() returns the same view for the whole image", () => {
  const view = uprightView(randomPixels(seededRandom(1), 8, 6), 3);
  assert(cropView(view, view, { left: 0, top: 0, width: 8, height: 6 }) === view);
});

/** Returns a horizontal ramp: the value of each pixel is ten times its column. */
function ramp(width: number, reduction: 1 | 2 | 4 | 8): Pixels {
  const count = Math.ceil(width / reduction);
  const data = new Uint8Array(count * 3);
  for (let x = 0; x < count; x++) {
    // The last pixel may stand for fewer source pixels.
    const [from, to] = [x * reduction, Math.min(width, (x + 1) * reduction)];
    data.fill(10 * (from + to - 1) / 2, x * 3, x * 3 + 3);
  }
  return { data, width: count, height: 1, channels: 3, reduction };
}

for (const orientation of [1, 2]) {
  for (const reduction of [2, 4] as const) {
    Deno.test(`cropView() finds its place at 1/${reduction}, stored with orientation ${orientation}`, () => {
      // Between its ends, a ramp that was reduced by averaging is the same ramp. Columns 5 to 18 of
      // 23 start and end inside reduced pixels.
      const source = { width: 23, height: 1 };
      const window = { left: 5, top: 0, width: 13, height: 1 };
      const resize = { kind: "stretch", width: 2, height: 1 } as const;
      const plan = createResizePlan({ width: 13, height: 1 }, resize, { kind: "none" });
      const [full, reduced] = ([1, reduction] as const).map((each) => {
        const view = uprightView(ramp(23, each), orientation);
        return toTensor(cropView(view, source, window), plan, RULE);
      });
      for (const [i, value] of full!.entries()) assertAlmostEquals(reduced![i]!, value, 8);
      // Half a reduced pixel of shift would be 10 or 20 on this ramp.
      const slope = full![3]! - full![0]!;
      assertAlmostEquals(Math.abs(reduced![3]! - reduced![0]!), Math.abs(slope), 12);
    });
  }
}

Deno.test("cropView() at a reduced scale contains every pixel that the part touches", () => {
  const view = uprightView(ramp(23, 4), 1);
  // Columns 5 to 17 lie in the reduced pixels 1 to 4 (4 to 19), from 1 / 4 of the first.
  const { width, startX, offset } = cropView(view, { width: 23, height: 1 }, {
    ...{ left: 5, top: 0, width: 13, height: 1 },
  });
  assertEquals([width, startX, offset], [4, 0.25, 3]);
  // Mirrored, pixel 0 stands for the last 3 of 23 columns: the image starts at 1 / 4 of it.
  // Column 5 is at 1 / 4 + 5 / 4 = 1.5, column 18 at 4.75.
  const mirrored = cropView(uprightView(ramp(23, 4), 2), { width: 23, height: 1 }, {
    ...{ left: 5, top: 0, width: 13, height: 1 },
  });
  assertEquals([mirrored.width, mirrored.startX, mirrored.offset], [4, 0.5, 12]);
});
