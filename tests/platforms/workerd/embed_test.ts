import { assertEquals } from "@std/assert";
import type { Detection } from "../../../src/ports/detector.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { startWorkerd, type Workerd } from "./start_workerd.ts";

const config = "tests/platforms/workerd/embedded_worker/wrangler.toml";

async function labelsOf(worker: Workerd, path: string): Promise<string[]> {
  const response = await fetch(worker.url + path, { method: "POST", body: fruitImage() });
  const detections: Detection[] = await response.json();
  return detections.map(({ label }) => label);
}

Deno.test("embed_workerd.ts in a Worker of somebody else, with assets", async (test) => {
  await using worker = await startWorkerd({ config });

  await test.step("createDetector() refuses a model that is nowhere", async () => {
    const response = await fetch(`${worker.url}/unknown`);
    assertEquals(await response.json(), ["unknown-model", "unknown-model"]);
  });

  await test.step("createDetector() takes a model by its id, detect() a request's body", async () => {
    assertEquals(await labelsOf(worker, "/mine"), ["orange"]);
  });

  await test.step("createApp() answers below another app", async () => {
    const image = fruitImage();
    const response = await fetch(`${worker.url}/objects/detect`, { method: "POST", body: image });
    assertEquals(response.status, 200);
    assertEquals((await response.json()).detections[0].label, "orange");
  });
});

Deno.test("embed_workerd.ts takes a model that is in memory", async () => {
  await using worker = await startWorkerd({ config });
  assertEquals(await labelsOf(worker, "/in-memory"), ["orange"]);
});
