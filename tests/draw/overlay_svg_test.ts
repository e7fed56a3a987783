import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { overlaySvg } from "../../src/draw/overlay_svg.ts";

const IMAGE = { href: "street.jpg", width: 200, height: 100 };
const BOX = {
  box: { xmin: 10, ymin: 20, xmax: 60, ymax: 90 },
  label: "cat",
  classId: 4,
  score: 0.5,
};

Deno.test("overlaySvg() draws the left, top, width and height of a box", () => {
  const svg = overlaySvg(IMAGE, [BOX]);
  assertStringIncludes(svg, 'viewBox="0 0 200 100"');
  assertStringIncludes(svg, '<rect x="10" y="20" width="50" height="70" fill="none"');
  assertStringIncludes(svg, ">cat 50 %<");
});

Deno.test("overlaySvg() escapes labels and URLs", () => {
  const label = `</text><script>alert("1")</script>`;
  const svg = overlaySvg({ ...IMAGE, href: `"/><script/>` }, [{ ...BOX, label }]);
  assert(!svg.includes("<script"), svg);
});

Deno.test("overlaySvg() draws each class in its own colour and the best box last", () => {
  const worse = { ...BOX, classId: 5, label: "apple", score: 0.3 };
  const svg = overlaySvg(IMAGE, [BOX, worse]);
  const strokes = [...svg.matchAll(/stroke="([^"]+)"/g)].map(([, colour]) => colour);
  // The dark line below each box is the third.
  assertEquals(new Set(strokes).size, 3);
  assert(svg.indexOf("apple") < svg.indexOf("cat 50"));
});

Deno.test("overlaySvg() keeps a caption at the top edge inside the image", () => {
  const svg = overlaySvg(IMAGE, [{ ...BOX, box: { ...BOX.box, ymin: 0 } }]);
  assert(!/y="-/.test(svg), svg);
});

for (const [side, size] of [[200, 11], [6000, 144]] as const) {
  Deno.test(`overlaySvg() keeps captions legible and inside an image of ${side} px`, () => {
    const image = { href: "a.jpg", width: side, height: side / 2 };
    const corner = { xmin: side - 20, ymin: side / 2 - 3, xmax: side, ymax: side / 2 };
    const svg = overlaySvg(image, [{ ...BOX, box: corner }, {
      ...BOX,
      box: { ...corner, ymin: 0 },
    }]);
    assertStringIncludes(svg, `font-size="${size}"`);
    const captions = [
      ...svg.matchAll(/<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)" fill="#/g),
    ]
      .map(([, ...numbers]) => numbers.map(Number) as [number, number, number, number]);
    assertEquals(captions.length, 2);
    for (const [x, y, width, height] of captions) {
      assert(x >= 0 && y >= 0 && x + width <= side && y + height <= side / 2, `${x} ${y}`);
    }
  });
}
