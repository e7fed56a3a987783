import { assertEquals } from "@std/assert";
import type { BoxForm } from "../../src/core/box_coder.ts";
import { decodedForm, finishedForm } from "../../src/describe/box_form.ts";
import { seededRandom } from "../random.ts";

const SIZE = { width: 384, height: 256 };

type Box = readonly [number, number, number, number];

/** Writes corners in another form. */
const WRITE: Readonly<Record<BoxForm, (box: Box) => Box>> = {
  xyxy: (box) => box,
  yxyx: ([x1, y1, x2, y2]) => [y1, x1, y2, x2],
  xywh: ([x1, y1, x2, y2]) => [x1, y1, x2 - x1, y2 - y1],
  cxcywh: ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1],
};

const FORMS = Object.keys(WRITE) as BoxForm[];

/** Boxes that were clipped to the input, as a graph with NMS returns them. */
function clipped(): Box[] {
  const random = seededRandom(3);
  return Array.from({ length: 200 }, () => {
    const [x, y] = [random() * SIZE.width, random() * SIZE.height];
    const [w, h] = [10 + random() * 120, 10 + random() * 120];
    return [
      Math.max(0, x - w),
      Math.max(0, y - h),
      Math.min(SIZE.width, x + w),
      Math.min(SIZE.height, y + h),
    ];
  });
}

/** One box per anchor: two anchors in each cell of two levels, not clipped. */
function decoded(): Box[] {
  const random = seededRandom(4);
  return [8, 16].flatMap((stride) =>
    Array.from({ length: SIZE.width * SIZE.height / stride ** 2 * 2 }, (_, i): Box => {
      const [cell, columns] = [Math.floor(i / 2), SIZE.width / stride];
      const x = (cell % columns + random()) * stride;
      const y = (Math.floor(cell / columns) + random()) * stride;
      const [w, h] = [stride * (1 + random()), stride * (1 + random())];
      return [x - w, y - h, x + w, y + h];
    })
  );
}

function tensorOf(boxes: readonly Box[]) {
  return { data: Float32Array.from(boxes.flat()), shape: [1, boxes.length, 4] };
}

for (const form of FORMS) {
  Deno.test(`finishedForm() finds the form of clipped boxes: ${form}`, () => {
    const run = tensorOf([...clipped().map(WRITE[form]), [-1, -1, -1, -1], [0, 0, 0, 0]]);
    assertEquals(finishedForm([run, run], SIZE), { form, isClear: true });
  });

  Deno.test(`decodedForm() finds the form of one box per anchor: ${form}`, () => {
    const run = tensorOf(decoded().map(WRITE[form]));
    const output = { name: "boxes", type: "float32", runs: [run, run] } as const;
    assertEquals(decodedForm(output, SIZE, SIZE), form);
    const unit = tensorOf(
      decoded().map(([x1, y1, x2, y2]): Box => [x1 / 384, y1 / 256, x2 / 384, y2 / 256])
        .map(WRITE[form]),
    );
    const parts = { ...output, runs: [unit, unit] } as const;
    assertEquals(decodedForm(parts, SIZE, { width: 1, height: 1 }), form);
  });
}

Deno.test("finishedForm() does not guess the axes of a square input", () => {
  const square = { width: 384, height: 384 };
  assertEquals(finishedForm([tensorOf(clipped())], square), null);
  assertEquals(finishedForm([tensorOf([])], square), null);
});

Deno.test("finishedForm() says that boxes in the middle may have two forms", () => {
  const middle = clipped().map(([x1, y1]): Box => [150 + x1 / 10, 100 + y1 / 10, 20, 20]);
  assertEquals(finishedForm([tensorOf(middle)], SIZE)?.isClear, false);
});

Deno.test("decodedForm() takes deltas for no boxes", () => {
  const random = seededRandom(5);
  const deltas = Array.from({ length: 3000 }, (): Box => {
    return [random() - 0.5, random() - 0.5, random() - 0.5, random() - 0.5];
  });
  const run = tensorOf(deltas);
  const output = { name: "deltas", type: "float32", runs: [run, run] } as const;
  assertEquals(decodedForm(output, SIZE, { width: 1, height: 1 }), null);
});
