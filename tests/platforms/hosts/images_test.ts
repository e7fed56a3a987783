import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { serverlessApp } from "../../../src/platforms/serverless/app.ts";
import { drawFruit, ORANGE_SKIN } from "../../sample_images/draw_fruit.ts";
import { encodePng } from "../../sample_images/encode_png.ts";
import { assertProblem } from "../../testing.ts";
import { startWorkerd } from "../workerd/start_workerd.ts";
import { SAME } from "./same_answers.ts";
import { MISSING_IMAGES, sampleImages, type SentImage, sharedImages } from "./sent_images.ts";
import { startPackage, startTask } from "./start_server.ts";

// tests/codecs checks the pixels of these images in Deno. An equal answer shows that another
// runtime reads the same pixels.

/** Score threshold at which most images have 100 detections. */
const PATH = "/detect?score=0.0001";

/** Runtime that gets the images. */
interface ImageHost {
  readonly start: () => Promise<{ readonly url: string } & AsyncDisposable>;
  /** Files that the runtime refuses as an unsupported format. */
  readonly refuses?: RegExp;
}

const HOSTS: Readonly<Record<string, ImageHost>> = {
  deno: {
    start: startTask,
  },
  node22: { start: () => startPackage("node22") },
  node24: { start: () => startPackage("node24") },
  bun: { start: () => startPackage("bun") },
  // Workers lack the memory to decode AVIF and HEIC.
  workerd: { start: () => startWorkerd(), refuses: /\.(avif|heic)$/ },
};

for (const [name, { start, refuses }] of Object.entries(HOSTS)) {
  const but = refuses === undefined ? "" : ", but refuses AVIF and HEIC with 415";
  Deno.test(`${name} answers every kind of image like this process${but}`, async (test) => {
    await using host = await start();

    const check = (image: SentImage) => async () => {
      const body = await Deno.readFile(new URL(image.file, image.folder));
      const response = await fetch(`${host.url}${PATH}`, { method: "POST", body });
      if (refuses?.test(image.file)) await assertProblem(response, 415, "unsupported-format");
      else await assertAnswer(response, image, body);
    };

    for (const image of sampleImages()) await test.step(image.file, check(image));

    const reason = MISSING_IMAGES === undefined ? "" : ` (skipped: ${MISSING_IMAGES})`;
    await test.step({
      name: `${name} answers the images of cases/pictures${reason}`,
      ignore: MISSING_IMAGES !== undefined,
      fn: async (step) => {
        for (const image of sharedImages()) await step.step(image.file, check(image));
      },
    });
  });
}

const onDeno = serverlessApp({ peerAddress: () => undefined, environment: SAME });
const answers = new Map<string, Promise<string>>();

async function assertAnswer(
  response: Response,
  { file, folder, size }: SentImage,
  body: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const answer = await readAnswer(response);
  const { image, detections } = JSON.parse(answer);
  assertEquals(image, size);
  assert(detections.length > 0);
  const key = `${folder}${file}`;
  const expected = answers.get(key) ?? answerHere(body);
  answers.set(key, expected);
  assertEquals(answer, await expected);
}

/** Returns the answer of this process. */
async function answerHere(body: Uint8Array<ArrayBuffer>): Promise<string> {
  const request = new Request(`http://deno${PATH}`, { method: "POST", body });
  return await readAnswer(await onDeno.fetch(request));
}

/** Returns the JSON of an answer without its times, which differ. */
async function readAnswer(response: Response): Promise<string> {
  const { timing: _, ...rest } = await response.json();
  const text = JSON.stringify(rest);
  assertEquals(response.status, 200, text);
  return text;
}

Deno.test("an image has another answer if one of its channels is one level brighter", async () => {
  // Proves that the tests above notice other pixels.
  const drawn = drawFruit(64, 48, [{ x: 30, y: 25, radius: 15, skin: ORANGE_SKIN }]);
  const answer = await answerHere(encodePng(drawn));
  for (const channel of [0, 1, 2]) {
    const data = drawn.data.map((level, i) => i % 3 === channel ? Math.min(level + 1, 255) : level);
    assertNotEquals(await answerHere(encodePng({ ...drawn, data })), answer);
  }
});
