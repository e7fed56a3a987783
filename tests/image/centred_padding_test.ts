import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { clipTo, createResizePlan, toSource } from "../../src/core/resize_plan.ts";
import type { PadRule } from "../../src/core/resize_rules.ts";
import { toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";

const FIT = {
  kind: "fit",
  width: 8,
  height: 8,
  rounding: "half-up",
  factor: "per-side",
} as const;

/** Pads to 8 x 8. */
function padTo8(align: "start" | "centre"): PadRule {
  return { kind: "fixed", width: 8, height: 8, align };
}

Deno.test("createResizePlan() centres the image, and an odd pixel goes to the right and below", () => {
  for (
    const [width, height, x, y] of [
      [16, 8, 0, 2], // resized to 8x4: (8 - 4) / 2
      [8, 16, 2, 0],
      [16, 10, 0, 1], // resized to 8x5: floor((8 - 5) / 2)
      [10, 16, 1, 0],
      [8, 8, 0, 0],
    ] as const
  ) {
    const plan = createResizePlan({ width, height }, FIT, padTo8("centre"));
    assertEquals(plan.offset, { x, y }, `${width}x${height}`);
    assertEquals(createResizePlan({ width, height }, FIT, padTo8("start")).offset, { x: 0, y: 0 });
  }
});

Deno.test("createResizePlan() centres with a multiple as well", () => {
  const pad = { kind: "multiple", of: 32, align: "centre" } as const;
  const plan = createResizePlan({ width: 33, height: 30 }, { kind: "none" }, pad);
  assertEquals([plan.input, plan.offset], [{ width: 64, height: 32 }, { x: 15, y: 1 }]);
});

Deno.test("toSource() subtracts the offset before it scales and clips", () => {
  const plan = createResizePlan({ width: 16, height: 8 }, FIT, padTo8("centre"));
  // Two source pixels per input pixel, and the image begins at y = 2.
  const boxes = Float64Array.of(1, 3, 4, 5, -1, 0, 9, 8);
  toSource(plan, boxes);
  assertEquals([...boxes], [2, 2, 8, 6, 0, 0, 16, 8]);
});

Deno.test("clipTo() clips to an area that does not begin at 0", () => {
  const boxes = Float64Array.of(0, 0, 9, 9);
  clipTo({ left: 1, top: 2, width: 5, height: 4 }, boxes);
  assertEquals([...boxes], [1, 2, 6, 6]);
});

for (const layout of ["nchw", "nhwc"] as const) {
  for (const rounding of ["none", "each-pass"] as const) {
    for (const [width, height] of [[16, 10], [10, 16], [8, 8]] as const) {
      Deno.test(`toTensor() moves the image of ${width}x${height} to the centre: ${layout}, rounding ${rounding}`, () => {
        const data = Uint8Array.from(
          { length: width * height * 3 },
          (_, i) => (i * 37 + (i >> 3)) % 256,
        );
        const view = uprightView({ data, width, height, channels: 3, reduction: 1 }, 1);
        const rule = {
          layout,
          colour: "bgr",
          divisor: 255,
          mean: [0.1, 0.2, 0.3],
          std: [0.5, 0.6, 0.7],
          antialias: false,
          factor: "per-side",
          rounding,
          padValue: [-7, -8, -9],
        } as const;
        const tensorOf = (align: "start" | "centre") => {
          const plan = createResizePlan({ width, height }, FIT, padTo8(align));
          return { plan, tensor: toTensor(view, plan, rule) };
        };
        const { plan, tensor } = tensorOf("centre");
        const start = tensorOf("start").tensor;
        const at = (x: number, y: number, c: number) =>
          layout === "nchw" ? (c * 8 + y) * 8 + x : (y * 8 + x) * 3 + c;
        for (let c = 0; c < 3; c++) {
          for (let y = 0; y < 8; y++) {
            for (let x = 0; x < 8; x++) {
              const [u, v] = [x - plan.offset.x, y - plan.offset.y];
              const isImage = u >= 0 && v >= 0 && u < plan.resized.width && v < plan.resized.height;
              const expected = isImage ? start[at(u, v, c)] : rule.padValue[c];
              assertEquals(tensor[at(x, y, c)], expected, `${x}, ${y}, ${c}`);
            }
          }
        }
        if (width !== height) assertNotEquals(tensor, start);
        assert(tensor.every(Number.isFinite));
      });
    }
  }
}
