import { assert, assertEquals } from "@std/assert";
import { DEFAULT_IMAGE_LIMITS } from "../src/image/limits.ts";
import type { Detection } from "../src/ports/detector.ts";
import { boxIou } from "./box_iou.ts";
import { openEveryday8 } from "./everyday8.ts";
import { sceneJpeg } from "./sample_images/fruit_scene.ts";
import { missingShared, SHARED, testUnless } from "./testing.ts";

/** Cat of cat_1080p.jpg, measured by eye to some ten pixels; its lower end is cut off. */
const CAT = { xmin: 175, ymin: 115, xmax: 1360, ymax: 1080 };

/** Two oranges and a yellow fruit of {@linkcode sceneJpeg}. */
const ROUND = [
  { xmin: 67, ymin: 225, xmax: 428, ymax: 585 },
  { xmin: 922, ymin: 202, xmax: 1327, ymax: 607 },
  { xmin: 765, ymin: 652, xmax: 1125, ymax: 1012 },
];

for (const model of ["everyday8", "everyday8-l"]) {
  Deno.test(`${model} finds drawn fruits in a 1080p JPEG at their places`, async () => {
    const found = await detect(model, await sceneJpeg(), "orange", 0.5);
    for (const fruit of ROUND) {
      assert(found.some(({ box }) => boxIou(box, fruit) >= 0.7), JSON.stringify({ fruit, found }));
    }
  });

  testUnless(
    missingShared("photos/cat_1080p.jpg"),
    `${model} finds the cat of cat_1080p.jpg at its place`,
    async () => {
      const cats = await detect(model, await photo("cat_1080p.jpg"), "cat", 0.5);
      assert(cats.some(({ box }) => boxIou(box, CAT) >= 0.5), JSON.stringify(cats));
    },
  );

  for (const file of ["kite_and_cold.jpg", "grace_hopper.bmp"]) {
    testUnless(missingShared(`photos/${file}`), `${model} finds a person in ${file}`, async () => {
      assert((await detect(model, await photo(file), "person", 0.3)).length > 0);
    });
  }
}

async function photo(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(`photos/${file}`, SHARED));
}

async function detect(
  model: string,
  image: Uint8Array<ArrayBuffer>,
  label: string,
  scoreThreshold: number,
): Promise<readonly Detection[]> {
  const detector = await openEveryday8(DEFAULT_IMAGE_LIMITS, model);
  const { detections } = await detector.detect(image, { scoreThreshold, classes: [label] });
  await detector.close();
  for (const detection of detections) assertEquals(detection.label, label);
  return detections;
}
