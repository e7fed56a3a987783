import { assert, assertEquals } from "@std/assert";
import { boxIou } from "./box_iou.ts";
import { openEveryday8 } from "./everyday8.ts";

const PHOTOS = new URL("../../shared/photos/", import.meta.url);
const ignore = !await Deno.stat(PHOTOS).then(() => true, () => false);
const skipped = ignore ? " (skipped: ../shared/photos is not here)" : "";

/** The cat of cat_1080p.jpg, by eye, to some ten pixels: ears at the top, cut off at the bottom. */
const CAT = { xmin: 175, ymin: 115, xmax: 1360, ymax: 1080 };

Deno.test({
  name: `everyday8 finds the cat in cat_1080p.jpg where it is${skipped}`,
  ignore,
  async fn() {
    const cats = await find("cat_1080p.jpg", "cat", 0.5);
    assert(cats.some(({ box }) => boxIou(box, CAT) >= 0.5), JSON.stringify(cats));
  },
});

for (const file of ["kite_and_cold.jpg", "grace_hopper.bmp"]) {
  Deno.test({
    name: `everyday8 finds a person in ${file}${skipped}`,
    ignore,
    async fn() {
      const persons = await find(file, "person", 0.3);
      assert(persons.length > 0);
    },
  });
}

async function find(file: string, label: string, score: number) {
  const detector = await openEveryday8();
  const bytes = await Deno.readFile(new URL(file, PHOTOS));
  const { detections } = await detector.detect(bytes, { scoreThreshold: score, classes: [label] });
  await detector.close();
  for (const detection of detections) assertEquals(detection.label, label);
  return detections;
}
