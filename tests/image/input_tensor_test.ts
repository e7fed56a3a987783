import { assertEquals, assertInstanceOf } from "@std/assert";
import { type InputRule, inputShape, inputTensor } from "../../src/image/input_tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import type { Image } from "./naive_tensor.ts";
import { storeImage } from "./store_image.ts";
import { planOf, RAW, sized } from "./tensor_cases.ts";

const FLOATS: InputRule = { ...RAW, type: "float32", batch: 1 };
const BYTES: InputRule = { ...FLOATS, type: "uint8" };
/** Plan for 2x1 pixels in an input of 3x2. */
const PLAN = planOf(sized(2, 1), sized(2, 1), sized(3, 2));
const PIXELS: Image = (x) => [10 + x, 20 + x, 30 + x];

function inputOf(rule: InputRule, image: Image = PIXELS) {
  return inputTensor(uprightView(storeImage(image, PLAN.source), 1), PLAN, rule);
}

const SHAPES: readonly (readonly [
  layout: InputRule["layout"],
  batch: number | null,
  shape: readonly number[],
])[] = [
  ["nchw", 1, [1, 3, 20, 30]],
  ["nchw", 4, [4, 3, 20, 30]],
  ["nchw", null, [3, 20, 30]],
  ["nhwc", 1, [1, 20, 30, 3]],
  ["nhwc", 4, [4, 20, 30, 3]],
  ["nhwc", null, [20, 30, 3]],
];

for (const [layout, batch, shape] of SHAPES) {
  Deno.test(`inputShape() returns [${shape}] for ${layout} and batch ${batch}`, () => {
    assertEquals(inputShape({ layout, batch }, 20, 30), shape);
    // Sides that are not known yet stay null.
    const open = shape.map((side) => side === 20 || side === 30 ? null : side);
    assertEquals(inputShape({ layout, batch }, null, null), open);
  });

  Deno.test(`inputTensor() has the shape and the length of [${shape}] for ${layout} and batch ${batch}`, () => {
    const input = inputOf({ ...FLOATS, layout, batch });
    const expected = shape.map((side) => side === 20 ? 2 : side === 30 ? 3 : side);
    assertEquals(input.shape, expected);
    assertEquals(input.data.length, expected.reduce((product, side) => product * side));
  });
}

const PLANES = [
  ...[10, 11, 0, 0, 0, 0],
  ...[20, 21, 0, 0, 0, 0],
  ...[30, 31, 0, 0, 0, 0],
];

Deno.test("inputTensor() holds only the image for a batch of 1 and for no batch", () => {
  assertEquals([...inputOf(FLOATS).data], PLANES);
  assertEquals([...inputOf({ ...FLOATS, batch: null }).data], PLANES);
});

Deno.test("inputTensor() puts the image first in its batch and zeros after it", () => {
  const padded = { ...FLOATS, batch: 2, padValue: [7, 7, 7] } as const;
  const first = PLANES.map((value) => value === 0 ? 7 : value);
  assertEquals([...inputOf(padded).data], [...first, ...new Array(18).fill(0)]);
  const bytes = inputOf({ ...padded, type: "uint8" });
  assertEquals([...bytes.data], [...first, ...new Array(18).fill(0)]);
});

Deno.test("inputTensor() holds float32 values for float16, which the engine converts", () => {
  for (const type of ["float32", "float16"] as const) {
    const input = inputOf({ ...FLOATS, type, divisor: 3 });
    assertEquals(input.type, type);
    assertInstanceOf(input.data, Float32Array);
    assertEquals(input.data[1], Math.fround(11 / 3));
  }
});

Deno.test("inputTensor() holds bytes for uint8", () => {
  const input = inputOf(BYTES);
  assertEquals(input.type, "uint8");
  assertInstanceOf(input.data, Uint8Array);
  assertEquals([...input.data], PLANES);
});

/** Bytes of numbers that are not bytes. */
const ROUNDED: readonly (readonly [value: number, byte: number])[] = [
  [0.49, 0],
  [0.5, 1],
  [1.5, 2],
  [2.5, 3],
  [254.5, 255],
  [255.4, 255],
  [256, 255],
  [1000, 255],
  [-0.5, 0],
  [-1, 0],
  [-300, 0],
  [NaN, 0],
];

for (const [value, byte] of ROUNDED) {
  Deno.test(`inputTensor() converts ${value} to the byte ${byte}`, () => {
    const { data } = inputOf({ ...BYTES, padValue: [value, value, value] });
    assertEquals([data[2], data[8], data[14]], [byte, byte, byte]);
  });
}

Deno.test("inputTensor() rounds sampled pixels half up, and only once", () => {
  // The mean of 10 and 11 is 10.5, that of 20 and 21 is 20.5.
  const plan = planOf(sized(2, 1), sized(1, 1));
  const view = uprightView(storeImage(PIXELS, plan.source), 1);
  for (const rounding of ["none", "each-pass"] as const) {
    const rule = { ...BYTES, antialias: false, rounding };
    assertEquals([...inputTensor(view, plan, rule).data], [11, 21, 31]);
  }
});

Deno.test("inputTensor() is all zeros for no image, in the same shape", () => {
  for (const type of ["float32", "float16", "uint8"] as const) {
    for (const batch of [null, 1, 2]) {
      const rule = { ...FLOATS, type, batch, padValue: [5, 5, 5] } as const;
      const [empty, full] = [inputTensor(null, PLAN, rule), inputOf(rule)];
      assertEquals([empty.type, empty.shape], [type, full.shape]);
      assertEquals([...empty.data], new Array(full.data.length).fill(0));
    }
  }
});
