import { assertEquals } from "@std/assert";
import { decodeBox, toCorners } from "../../src/core/box_coder.ts";

Deno.test("toCorners() converts each form of a box to xyxy", () => {
  for (
    const [form, numbers] of [
      ["xyxy", [10, 20, 30, 60]],
      ["yxyx", [20, 10, 60, 30]],
      // The centre is ((10 + 30) / 2, (20 + 60) / 2), the sides are 30 - 10 and 60 - 20.
      ["cxcywh", [20, 40, 20, 40]],
      ["xywh", [10, 20, 20, 40]],
    ] as const
  ) {
    const box = Float64Array.from(numbers);
    toCorners(box, form);
    assertEquals([...box], [10, 20, 30, 60], form);
  }
});

Deno.test("decodeBox() ends a centred box at its last pixel if the coder says so", () => {
  const box = Float64Array.of(20, 40, 20, 40);
  const coder = {
    kind: "decoded",
    corners: "cxcywh",
    space: "input",
    extent: "last-pixel",
  } as const;
  decodeBox(coder, box, new Float64Array(4));
  assertEquals([...box], [10, 20, 29, 59]);
  const corner = Float64Array.of(10, 20, 20, 40);
  decodeBox({ ...coder, corners: "xywh" }, corner, new Float64Array(4));
  assertEquals([...corner], [10, 20, 29, 59]);
});
