import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../src/manifest/sha256.ts";
import { boxIou } from "../box_iou.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";
import { readGolden } from "./golden.ts";
import { judge } from "./judge.ts";
import { startLocalTarget } from "./local_target.ts";
import { HAVE_PHOTOS, loadPhotos, MARKED_SET, PHOTO_FILES, STREET } from "./photos.ts";
import { sendCase } from "./send_case.ts";
import { suiteSettings } from "./settings.ts";
import { NEAR_TWINS, type Twin, WRONG_TWINS } from "./twins.ts";

const ignore = !HAVE_PHOTOS;
const skipped = ignore ? " (skipped: ../shared has no photos)" : "";

Deno.test("the cases have names of their own", () => {
  const names = CASES.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});

Deno.test({
  name: `loadPhotos() makes the photos that the golden answers are for${skipped}`,
  ignore,
  async fn() {
    const { photos } = await readGolden();
    const made: Record<string, string> = {};
    for (const [name, bytes] of await loadPhotos()) made[name] = await sha256(bytes);
    assertEquals(made, photos);
  },
});

Deno.test("golden.json has an answer for each case that needs one, and no other", async () => {
  const { answers, ends } = await readGolden();
  const severals = CASES.filter(({ expected }) =>
    expected.kind === "problem" && expected.codes.length > 1
  );
  assertEquals(new Set(Object.keys(ends)), new Set(severals.map(({ name }) => name)));
  const keys = CASES.flatMap(({ expected }) => expected.kind === "golden" ? [expected.key] : []);
  assertEquals(new Set(Object.keys(answers)), new Set(keys));
});

/** Photos of the marked set in which the model finds everything. */
const FOUND = ["voc2007_004030.jpg", "voc2007_000031.jpg", "voc2007_000928.jpg"];

Deno.test({
  name: `golden.json has what people marked in the photos${skipped}`,
  ignore,
  async fn() {
    const { answers } = await readGolden();
    const { images, annotations, categories } = JSON.parse(await Deno.readTextFile(MARKED_SET));
    for (const [name, file] of Object.entries(PHOTO_FILES)) {
      const image = images.find((image: CocoImage) => file.pathname.endsWith(image.file_name));
      if (image === undefined || !FOUND.includes(image.file_name)) continue;
      const { detections } = answers[`finds what is in ${name}`];
      for (const { image_id, category_id, bbox: [x, y, width, height] } of annotations) {
        if (image_id !== image.id) continue;
        const label = categories.find(({ id }: CocoCategory) => id === category_id).name;
        const truth = { xmin: x, ymin: y, xmax: x + width, ymax: y + height };
        const isFound = detections.some((found) =>
          found.label === label && boxIou(found.box, truth) > 0.7
        );
        assert(isFound, `${label} in ${name}`);
      }
    }
  },
});

Deno.test({
  name:
    `golden.json has the same boxes for a photo in whatever format and turned in any way${skipped}`,
  ignore,
  async fn() {
    const { answers } = await readGolden();
    const { detections: [car] } = answers[`finds what is in ${STREET}`];
    for (const [key, { image, detections }] of Object.entries(answers)) {
      if (!/in (exif|progressive|cmyk|rgb|lossy|lossless|palette)/.test(key)) continue;
      assertEquals(image, { width: 448, height: 336 });
      assertEquals(detections.map(({ label }) => label), ["car", "bus", "person", "train"], key);
      assert(boxIou(detections[0].box, car.box) > 0.9, key);
    }
  },
});

Deno.test({
  name: `the suite on the app itself, and on its twins${skipped}`,
  ignore,
  async fn(test) {
    const photos = await loadPhotos();
    const golden = await readGolden();
    const answers = new Map<Case, Response>();

    await test.step("the app passes every case", async () => {
      await using target = await startLocalTarget(await suiteSettings());
      const faults: string[] = [];
      for (const asked of CASES) {
        const response = await sendCase(target, asked, photos);
        answers.set(asked, response.clone());
        await judge(asked, response, golden)
          .catch((error) => faults.push(`${asked.name}: ${error.message}`));
      }
      assertEquals(faults, []);
    });

    /** Names of the cases that a twin changes, and of those of them that it then fails. */
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
        await judge(asked, twins, golden).catch(() => failed.push(asked.name));
      }
      return { changed, failed };
    }

    for (const twin of WRONG_TWINS) {
      await test.step(`one that ${twin.what} fails`, async () => {
        const { failed } = await trial(twin);
        assert(failed.length > 0);
      });
    }

    for (const twin of NEAR_TWINS) {
      await test.step(`one that ${twin.what} passes`, async () => {
        const { changed, failed } = await trial(twin);
        assert(changed.length > 0);
        assertEquals(failed, []);
      });
    }
  },
});

interface CocoImage {
  readonly id: number;
  readonly file_name: string;
}

interface CocoCategory {
  readonly id: number;
  readonly name: string;
}
