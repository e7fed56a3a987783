import { assertEquals } from "@std/assert";
import { type CaptionPlace, placeCaption } from "../../src/draw/place_caption.ts";

const IMAGE = { width: 200, height: 100 };
const CAPTION = { width: 40, height: 10 };
const BOX = { xmin: 50, ymin: 40, xmax: 150, ymax: 80 };

/** Place of a caption at a corner. */
function at(left: number, top: number): CaptionPlace {
  return { left, top, ...CAPTION };
}

for (
  const [what, box, taken, expected] of [
    ["above the box", BOX, [], at(50, 30)],
    ["at the right edge if the left one is taken", BOX, [at(60, 35)], at(110, 30)],
    ["inside if both are taken", BOX, [at(60, 25), at(100, 25)], at(50, 40)],
    ["inside at the top edge of the image", { ...BOX, ymin: 0 }, [], at(50, 0)],
    ["at the right edge of the image", { ...BOX, xmin: 180, xmax: 200 }, [], at(160, 30)],
    [
      "over another caption if there is no other place",
      { xmin: 0, ymin: 0, xmax: 200, ymax: 100 },
      [{ left: 0, top: 0, ...IMAGE }],
      at(0, 0),
    ],
  ] as const
) {
  Deno.test(`placeCaption() puts a caption ${what}`, () => {
    assertEquals(placeCaption(box, CAPTION, IMAGE, taken), expected);
  });
}
