import { assert, assertEquals } from "@std/assert";
import { type Canvas, transparentCanvas } from "../../src/draw/canvas.ts";
import { drawBoxes } from "../../src/draw/draw_boxes.ts";
import { textWidth } from "../../src/draw/text.ts";
import { classColour, rgbOf } from "../../src/core/palette.ts";

/** Returns a grey canvas. */
function grey(width: number, height: number): Canvas {
  const canvas = transparentCanvas(width, height);
  for (let i = 0; i < canvas.data.length; i++) canvas.data[i] = i % 4 === 3 ? 255 : 120;
  return canvas;
}

/** Returns red, green, blue and alpha of a pixel. */
function at({ data, width }: Canvas, x: number, y: number): number[] {
  const index = 4 * (y * width + x);
  return [...data.subarray(index, index + 4)];
}

/** Counts the pixels of a colour in a rectangle. */
function count(canvas: Canvas, [left, top, right, bottom]: number[], rgb: readonly number[]) {
  let found = 0;
  for (let y = top!; y < bottom!; y++) {
    for (let x = left!; x < right!; x++) {
      if (at(canvas, x, y).slice(0, 3).join() === rgb.join()) found++;
    }
  }
  return found;
}

const FILL = rgbOf(classColour(1).fill);

// Letters have max(11, 0.024 * 6000 = 144) pixels, lines a sixth of it: 2 and 24 pixels.
for (const [side, line] of [[200, 2], [6000, 24]] as const) {
  Deno.test(`drawBoxes() draws edges of ${line} pixels in an image of ${side} pixels`, () => {
    const canvas = grey(side, side / 2);
    const [xmin, ymin, xmax, ymax] = [side * 0.25, side * 0.2, side * 0.75, side * 0.45];
    drawBoxes(canvas, [{ box: { xmin, ymin, xmax, ymax }, label: "cat", classId: 1, score: 0.9 }]);
    const beside = xmax - 0.05 * side; // to the right of the caption
    const coloured = (y: number) => at(canvas, beside, y).join() === [...FILL, 255].join();
    const rows = Array.from({ length: canvas.height }, (_, y) => y).filter(coloured);
    const expected = [ymin, ymax].flatMap((edge) =>
      Array.from({ length: line }, (_, i) => edge - line / 2 + i)
    );
    assertEquals(rows, expected);
    // A dark line separates the edge from the image, which is unchanged beside it.
    assertEquals(at(canvas, beside, ymax + line / 2), [48, 48, 48, 255]);
    assertEquals(at(canvas, beside, ymax + 2 * line), [120, 120, 120, 255]);
  });

  Deno.test(`drawBoxes() writes black on the colour of the class at ${side} pixels`, () => {
    const canvas = grey(side, side / 2);
    const box = { xmin: 0, ymin: side * 0.2, xmax: side * 0.5, ymax: side * 0.45 };
    drawBoxes(canvas, [{ box, label: "cat", classId: 1 }]);
    const letters = Math.max(11, 0.024 * side);
    const width = Math.ceil(textWidth("cat", letters) + 0.7 * letters);
    const height = Math.ceil(1.3 * letters);
    const place = [0, box.ymin - height, width, box.ymin - line];
    const area = width * (height - line);
    const ink = count(canvas, place, [0, 0, 0]);
    // In the font, "cat" covers about a fifth of its caption; smooth edges are neither colour.
    assert(ink > area * 0.06 && ink < area * 0.3, `${ink} of ${area} pixels are black`);
    assert(count(canvas, place, FILL) > area * 0.4);
  });
}

Deno.test("drawBoxes() keeps a box at the edge of the image visible", () => {
  const canvas = grey(100, 100);
  const box = { xmin: 0, ymin: 0, xmax: 100, ymax: 100 };
  drawBoxes(canvas, [{ box, label: "cat", classId: 1 }]);
  for (const [x, y] of [[0, 60], [99, 60], [50, 99]] as const) {
    assertEquals(at(canvas, x, y), [...FILL, 255]);
  }
});

Deno.test("drawBoxes() leaves a transparent canvas transparent beside the boxes", () => {
  const canvas = transparentCanvas(200, 100);
  const box = { xmin: 20, ymin: 30, xmax: 120, ymax: 90 };
  drawBoxes(canvas, [{ box, label: "cat", classId: 1 }]);
  assertEquals(at(canvas, 60, 60), [0, 0, 0, 0]);
  assertEquals(at(canvas, 20, 60), [...FILL, 255]);
  assertEquals(at(canvas, 18, 60), [0, 0, 0, 153]); // black of 60 %
});

Deno.test("drawBoxes() draws each character that the font lacks as the mark U+FFFD", () => {
  const draw = (label: string) => {
    const canvas = grey(200, 100);
    const box = { xmin: 20, ymin: 40, xmax: 120, ymax: 90 };
    drawBoxes(canvas, [{ box, label, classId: 1 }]);
    return canvas.data;
  };
  assertEquals(draw("猫 cat"), draw("\ufffd cat"));
  assert(draw("猫 cat").join() !== draw(" cat").join());
  assertEquals(draw("e\u0301"), draw("\u00e9"));
});

Deno.test("drawBoxes() shortens a label that is wider than the image, and keeps its score", () => {
  const draw = (label: string) => {
    const canvas = grey(200, 100);
    const box = { xmin: 20, ymin: 40, xmax: 120, ymax: 90 };
    drawBoxes(canvas, [{ box, label, classId: 1, score: 0.5 }]);
    return canvas.data.join();
  };
  const label = "long ".repeat(40);
  const drawn = draw(label);
  const same = Array.from({ length: 40 }, (_, length) => `${label.slice(0, length)}…`)
    .filter((each) => draw(each) === drawn);
  // Labels from the longest one that fits are drawn alike, shorter ones are not.
  assert(same.length > 0 && same.length < 40, `${same.length} labels have the same drawing`);
});

for (
  const [name, box] of [
    ["outside the image", { xmin: -900, ymin: -900, xmax: -800, ymax: -800 }],
    ["without area", { xmin: 50, ymin: 50, xmax: 50, ymax: 50 }],
    ["larger than the image", { xmin: -9e6, ymin: -9e6, xmax: 9e6, ymax: 9e6 }],
  ] as const
) {
  Deno.test(`drawBoxes() draws a box ${name} without writing beside the canvas`, () => {
    for (const [width, height] of [[1, 1], [64, 48]] as const) {
      const canvas = grey(width, height);
      drawBoxes(canvas, [{ box, label: "", classId: 0 }, { box, label: "cat", classId: 9999 }]);
      assertEquals(canvas.data.length, 4 * width * height);
    }
  });
}
