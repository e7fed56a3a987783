import { assert, assertEquals, AssertionError, assertNotEquals } from "@std/assert";
import { sha256 } from "../../src/manifest/sha256.ts";
import { boxIou } from "../box_iou.ts";
import { testUnless } from "../testing.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { goldenAnswer, readGolden } from "./golden.ts";
import {
  IMAGE_NAMES,
  isPhoto,
  loadImages,
  MARKED_SET,
  MISSING_PHOTOS,
  PHOTO_FILES,
  SCENE,
  SIZE,
  STREET,
} from "./images.ts";
import { judge } from "./judge.ts";
import { startLocalTarget } from "./local_target.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { NEAR_TWINS, type Twin, WRONG_TWINS } from "./twins.ts";

Deno.test("the cases have names of their own", () => {
  const names = CASES.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("loadImages() draws the images that golden.json was made with", async () => {
  await assertHashes(IMAGE_NAMES.filter((name) => !isPhoto(name)));
});

testUnless(
  MISSING_PHOTOS,
  "loadImages() has the photos that golden.json was made with",
  async () => {
    await assertHashes(IMAGE_NAMES.filter(isPhoto));
  },
);

async function assertHashes(names: readonly string[]): Promise<void> {
  const { images } = await readGolden();
  assertEquals(Object.keys(images).sort(), IMAGE_NAMES.toSorted());
  const loaded = await loadImages();
  for (const name of names) {
    assertEquals([name, await sha256(loaded.get(name)!)], [name, images[name]]);
  }
}

Deno.test("golden.json has an answer for each case that needs one, and no other", async () => {
  const { answers, ends } = await readGolden();
  const severals = CASES.filter(({ expected }) =>
    expected.kind === "problem" && expected.codes.length > 1
  );
  assertEquals(new Set(Object.keys(ends)), new Set(severals.map(({ name }) => name)));
  const keys = CASES.flatMap(({ expected }) => expected.kind === "golden" ? [expected.key] : []);
  assertEquals(new Set(Object.keys(answers)), new Set(keys));
});

Deno.test("golden.json has other detections for each option", async () => {
  const { answers } = await readGolden();
  for (const image of [SCENE, STREET]) {
    const found = Object.entries(answers)
      .filter(([key]) =>
        /^takes (score=0.[158]|classes|no option)/.test(key) && key.endsWith(image)
      )
      .map(([, { detections }]) => JSON.stringify(detections));
    assertEquals(found.length, 10);
    assertEquals(new Set(found).size, 10);
  }
});

/** Photos of the marked set in which the model finds everything. */
const FOUND = ["voc2007_004030.jpg", "voc2007_000031.jpg", "voc2007_000928.jpg"];

testUnless(MISSING_PHOTOS, "golden.json has what people marked in the photos", async () => {
  const golden = await readGolden();
  const { images, annotations, categories }: Marks = JSON.parse(
    await Deno.readTextFile(MARKED_SET),
  );
  for (const [name, file] of Object.entries(PHOTO_FILES)) {
    const image = images.find((each) => file.pathname.endsWith(each.file_name));
    if (image === undefined || !FOUND.includes(image.file_name)) continue;
    const { detections } = goldenAnswer(golden, `detects objects in ${name}`);
    for (const { image_id, category_id, bbox: [x, y, width, height] } of annotations) {
      if (image_id !== image.id) continue;
      const label = categories.find(({ id }) => id === category_id)?.name;
      const truth = { xmin: x, ymin: y, xmax: x + width, ymax: y + height };
      const isFound = detections.some((found) =>
        found.label === label && boxIou(found.box, truth) > 0.65
      );
      assert(isFound, `${label} in ${name}`);
    }
  }
});

/** Image whose objects have the same boxes in each format. */
interface SameBoxes {
  /** Score above which each object of the image has one box. */
  readonly score: number;
  readonly count: number;
  /** Files that change the labels. */
  readonly others: RegExp;
  /** Minimum IoU. The edges of drawn fruits move where a lossy format blurs them. */
  readonly overlap: number;
}

const SAME: Readonly<Record<string, SameBoxes>> = {
  [SCENE]: { score: 0.5, count: 4, others: /grey|alpha|palette/, overlap: 0.75 },
  [STREET]: { score: 0.6, count: 3, others: /grey|alpha/, overlap: 0.88 },
};

for (const [original, { score, count, others, overlap }] of Object.entries(SAME)) {
  Deno.test(`golden.json has the same boxes for ${original} in each format and orientation`, async () => {
    const golden = await readGolden();
    const folder = original.replace(".jpg", "/");
    const stored = IMAGE_NAMES.filter((name) => name.startsWith(folder) && !others.test(name));
    assert(stored.length > 14);
    const found = (name: string) => {
      const { image, detections } = goldenAnswer(golden, `detects objects in ${name}`);
      assertEquals(image, SIZE, name);
      return detections.filter((detection) => detection.score > score);
    };
    const wanted = found(original);
    assertEquals(wanted.length, count);
    for (const name of stored) {
      const detections = found(name);
      assertEquals(detections.length, count, name);
      // Two scores that are nearly equal may change places in a file of lossy pixels.
      for (const { label, box } of wanted) {
        const same = detections.filter((each) => each.label === label);
        const best = Math.max(...same.map((each) => boxIou(each.box, box)));
        assert(best > overlap, `${label} in ${name}: ${best}`);
      }
    }
  });
}

Deno.test("the suite on the app itself, and on its twins", async (test) => {
  const images = await loadImages();
  const golden = await readGolden();
  const answers = new Map<Case, Response>();

  await test.step("the app passes every case", async () => {
    await using target = await startLocalTarget(await suiteSettings());
    const faults: string[] = [];
    for (const asked of CASES) {
      if (asked.needsPhotos && MISSING_PHOTOS !== undefined) continue;
      const response = await sendCase(target, asked, images);
      answers.set(asked, response.clone());
      await judge(asked, response, golden)
        .catch((error) => faults.push(`${asked.name}: ${error.message}`));
    }
    assertEquals(faults, []);
  });

  /** Returns the names of the cases that a twin changes, and of those that it fails. */
  async function trial({ change }: Twin) {
    const changed: string[] = [], failed: string[] = [];
    for (const [asked, response] of answers) {
      const answer = asked.expected.kind === "answer" ? undefined : change({
        status: response.status,
        type: response.headers.get("content-type") ?? "",
        body: await response.clone().json(),
      });
      if (answer === undefined) continue;
      const { status, type, body } = answer;
      changed.push(asked.name);
      const twins = Response.json(body, { status, headers: { "content-type": type } });
      await judge(asked, twins, golden).catch((error) => {
        if (!(error instanceof AssertionError)) throw error;
        failed.push(asked.name);
      });
    }
    return { changed, failed };
  }

  for (const twin of WRONG_TWINS) {
    await test.step(`a server that ${twin.what} fails`, async () => {
      assertNotEquals((await trial(twin)).failed, []);
    });
  }

  for (const twin of NEAR_TWINS) {
    await test.step(`a server that ${twin.what} passes`, async () => {
      const { changed, failed } = await trial(twin);
      assertNotEquals(changed, []);
      assertEquals(failed, []);
    });
  }
});

/** Part of a data set in COCO's format. */
interface Marks {
  readonly images: readonly { readonly id: number; readonly file_name: string }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly category_id: number;
    readonly bbox: readonly [x: number, y: number, width: number, height: number];
  }[];
}
