import { assertEquals } from "@std/assert";
import type { Detection } from "../../../src/ports/detector.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { assertAnswersTiles } from "./assert_answers_tiles.ts";
import { startWorkerd, type Workerd } from "./start_workerd.ts";

const config = "tests/platforms/workerd/embedded_worker/wrangler.toml";

async function labelsOf(worker: Workerd, path: string): Promise<string[]> {
  const response = await fetch(worker.url + path, { method: "POST", body: fruitImage() });
  const detections: Detection[] = await response.json();
  return detections.map(({ label }) => label);
}

Deno.test("workerd/embed.ts in a user's Worker, with static assets", async (test) => {
  await using worker = await startWorkerd({ config });

  await test.step("createDetector() refuses an unknown model", async () => {
    const response = await fetch(`${worker.url}/unknown`);
    assertEquals(await response.json(), ["unknown-model", "unknown-model"]);
  });

  await test.step("createDetector() accepts a model id, and detect() the body of a request", async () => {
    assertEquals(await labelsOf(worker, "/mine"), ["orange"]);
  });

  await test.step("createApp() answers below a path of the Worker", async () => {
    const image = fruitImage();
    const response = await fetch(`${worker.url}/objects/detect`, { method: "POST", body: image });
    assertEquals(response.status, 200);
    assertEquals((await response.json()).detections[0].label, "orange");
  });
});

Deno.test("workerd/embed.ts answers images in tiles and others that arrive together", async () => {
  await using worker = await startWorkerd({ config });
  await assertAnswersTiles(`${worker.url}/objects/detect`);
});

Deno.test("workerd/embed.ts accepts a model in memory", async () => {
  await using worker = await startWorkerd({ config });
  assertEquals(await labelsOf(worker, "/in-memory"), ["orange"]);
});
