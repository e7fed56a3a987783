import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Size } from "../../src/core/size.ts";
import type { Orientation } from "../../src/image/formats/exif_orientation.ts";
import { type TensorRule, toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { seededRandom } from "../random.ts";
import { type Image, naiveTensor } from "./naive_tensor.ts";
import { orientations, storeImage } from "./store_image.ts";
import { assertClose, IMAGENET, noise, planOf, RAW, sized, tensorOf } from "./tensor_cases.ts";

/** Returns one plane, row by row. */
function planeOf(tensor: Float32Array, plane: number, { width, height }: Size): number[][] {
  return Array.from({ length: height }, (_, y) => {
    const start = (plane * height + y) * width;
    return [...tensor.subarray(start, start + width)];
  });
}

const SIZES: readonly (readonly [source: Size, resized: Size])[] = [
  [sized(7, 5), sized(7, 5)], // the same size
  [sized(7, 5), sized(16, 11)], // larger
  [sized(40, 30), sized(9, 7)], // smaller
  [sized(50, 3), sized(8, 8)], // narrower and higher
  [sized(1, 1), sized(4, 3)],
  [sized(31, 17), sized(1, 1)],
];

for (const [source, resized] of SIZES) {
  const claim = `${source.width}x${source.height} as ${resized.width}x${resized.height}`;

  for (const antialias of [true, false]) {
    const smoothing = antialias ? "with antialias" : "without antialias";

    Deno.test(`toTensor() keeps a uniform image uniform: ${claim} ${smoothing}`, () => {
      const tensor = tensorOf(() => [10, 128, 255], planOf(source, resized), { ...RAW, antialias });
      [10, 128, 255].forEach((value, plane) =>
        assertClose(
          planeOf(tensor, plane, resized).flat(),
          new Array(resized.width * resized.height).fill(value),
          1e-3,
        )
      );
    });

    Deno.test(`toTensor() agrees with its definition: ${claim} ${smoothing}`, () => {
      const image = noise(seededRandom(16), source);
      const rule: TensorRule = {
        ...IMAGENET,
        antialias,
        padValue: [-7, -8, -9],
        colour: "bgr",
      };
      const plan = planOf(source, resized, sized(resized.width + 3, resized.height + 2));
      assertClose(tensorOf(image, plan, rule), naiveTensor(image, plan, rule), 1e-5);
    });
  }
}

/** Red rises by 4 per pixel to the right, green by 2 per pixel downwards; blue is constant. */
const ramp: Image = (x, y) => [4 * x, 2 * y, 77];

const RAMPS: readonly (readonly [claim: string, Size, antialias: boolean])[] = [
  ["half as wide", sized(20, 40), true],
  ["half as wide", sized(20, 40), false],
  ["twice as high", sized(40, 80), true],
  ["three quarters", sized(30, 30), false],
];

for (const [claim, resized, antialias] of RAMPS) {
  Deno.test(`toTensor() keeps a ramp straight: ${claim}, antialias ${antialias}`, () => {
    const plan = planOf(sized(40, 40), resized);
    const tensor = tensorOf(ramp, plan, { ...RAW, antialias });
    const red = planeOf(tensor, 0, resized);
    const green = planeOf(tensor, 1, resized);
    // Near the border the edge pixels are repeated, so the ramp is flatter there.
    for (let y = 2; y < resized.height - 2; y++) {
      for (let x = 2; x < resized.width - 2; x++) {
        // The centre of pixel x lies at (x + 0.5) · 40 / width, which is index − 0.5 of the source.
        assertAlmostEquals(red[y]![x]!, 4 * ((x + 0.5) * 40 / resized.width - 0.5), 1e-3);
        assertAlmostEquals(green[y]![x]!, 2 * ((y + 0.5) * 40 / resized.height - 0.5), 1e-3);
      }
    }
  });
}

Deno.test("toTensor() orders planes by the colour order of the model", () => {
  const plan = planOf(sized(2, 2), sized(2, 2));
  const firsts = (colour: "rgb" | "bgr") => {
    const tensor = tensorOf(() => [10, 20, 30], plan, { ...RAW, colour });
    return [tensor[0], tensor[4], tensor[8]];
  };
  assertEquals(firsts("rgb"), [10, 20, 30]);
  assertEquals(firsts("bgr"), [30, 20, 10]);
});

Deno.test("toTensor() divides, subtracts the mean and divides by std for each plane", () => {
  const rule = { ...RAW, divisor: 100, mean: [1, 2, 0.5], std: [0.5, 0.25, 2] } as const;
  const plan = planOf(sized(1, 1), sized(1, 1));
  // (2.5 − 1) / 0.5, (1 − 2) / 0.25, (0.5 − 0.5) / 2
  assertClose(tensorOf(() => [250, 100, 50], plan, rule), [3, -4, 0], 1e-6);
  // Means and deviations belong to planes: (0.5 − 1) / 0.5, (1 − 2) / 0.25, (2.5 − 0.5) / 2
  assertClose(tensorOf(() => [250, 100, 50], plan, { ...rule, colour: "bgr" }), [-1, -4, 1], 1e-6);
});

Deno.test("toTensor() pads right and bottom with the pad value, not normalised", () => {
  for (const padValue of [[0, 0, 0], [-2.5, -2.5, -2.5], [114, 115, 116]] as const) {
    const plan = planOf(sized(2, 1), sized(2, 1), sized(4, 2));
    const rule = { ...RAW, divisor: 255, padValue };
    const tensor = tensorOf(() => [255, 255, 255], plan, rule);
    padValue.forEach((value, plane) =>
      assertEquals(planeOf(tensor, plane, plan.input), [
        [1, 1, value, value],
        [value, value, value, value],
      ])
    );
  }
});

Deno.test("toTensor() does not blend the padding into the image", () => {
  const plan = planOf(sized(8, 8), sized(5, 5), sized(9, 9));
  const rule = { ...IMAGENET, padValue: [1e6, 1e6, 1e6] as const };
  const image = noise(seededRandom(17), plan.source);
  assertClose(tensorOf(image, plan, rule), naiveTensor(image, plan, rule), 1e-5);
});

Deno.test("toTensor() reads grey as three equal planes and ignores alpha", () => {
  const source = sized(9, 6);
  const plan = planOf(source, sized(5, 4));
  const colours = noise(seededRandom(18), source);
  const grey: Image = (x, y) => [colours(x, y)[0], colours(x, y)[0], colours(x, y)[0]];
  const stored = (image: Image, channels: 1 | 3 | 4) =>
    toTensor(uprightView(storeImage(image, source, 1, channels), 1), plan, IMAGENET);
  assertEquals(stored(grey, 1), stored(grey, 3));
  assertEquals(stored(colours, 4), stored(colours, 3));
});

for (const orientation of orientations) {
  Deno.test(`toTensor() returns the tensor of the upright image for orientation ${orientation}`, () => {
    const source = sized(23, 14);
    const image = noise(seededRandom(19), source);
    for (const channels of [1, 3, 4] as const) {
      const plan = planOf(source, sized(11, 17), sized(12, 18));
      const pixels = (how: Orientation) => storeImage(image, source, how, channels);
      assertEquals(
        toTensor(uprightView(pixels(orientation), orientation), plan, IMAGENET),
        toTensor(uprightView(pixels(1), 1), plan, IMAGENET),
      );
    }
  });
}

for (const reduction of [2, 4, 8] as const) {
  Deno.test(`toTensor() keeps the position of a ramp decoded at 1/${reduction}`, () => {
    const source = sized(64, 48);
    const stored = sized(source.width / reduction, source.height / reduction);
    // The mean of a block of a ramp is its value at the block's centre.
    const middle = (block: number) => (block + 0.5) * reduction - 0.5;
    const reduced: Image = (x, y) => ramp(middle(x), middle(y));
    const plan = planOf(source, sized(8, 6));
    // Without antialias, because the blocks are smoothed already and would differ near the border.
    const rule = { ...RAW, antialias: false };
    const pixels = { ...storeImage(reduced, stored), reduction };
    assertClose(toTensor(uprightView(pixels, 1), plan, rule), tensorOf(ramp, plan, rule), 1e-3);
  });
}

Deno.test("toTensor() weights the last pixel of a reduced image by the part that it covers", () => {
  // 9 source pixels in 5 blocks of 2: the last block covers one. Each of 3 outputs covers 3 source
  // pixels, centred at 1, 4 and 7 of the source, that is at 0.25, 1.75 and 3.25 of the blocks.
  const plan = planOf(sized(9, 1), sized(3, 1));
  const pixels = { ...storeImage((x) => [10 * x, 0, 0], sized(5, 1)), reduction: 2 as const };
  const tensor = toTensor(uprightView(pixels, 1), plan, { ...RAW, antialias: false });
  assertClose(tensor.subarray(0, 3), [2.5, 17.5, 32.5], 1e-5);
});
