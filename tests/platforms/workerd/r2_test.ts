import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openEveryday8 } from "../../everyday8.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { startWranglerDev } from "./start_wrangler_dev.ts";

const MODELS = new URL("../../../models/", import.meta.url);
const graph = await Deno.readFile(new URL("everyday8.onnx", MODELS));
const manifest = JSON.parse(await Deno.readTextFile(new URL("everyday8.json", MODELS)));

/** Returns the manifest of everyday8 under another id, which only the bucket has. */
function manifestOf(id: string, file: string): string {
  return JSON.stringify({ ...manifest, id, graph: { ...manifest.graph, file } });
}

Deno.test("worker.ts with an R2 bucket", async (test) => {
  const damaged = graph.slice();
  damaged[damaged.length - 1]! ^= 1;
  await using worker = await startWranglerDev({
    environment: { MODELS: "stored,damaged,absent", LOG: "none", DEBUG_MEMORY: "true" },
    bucket: {
      "stored.json": manifestOf("stored", "stored.onnx"),
      "stored.onnx": graph,
      "damaged.json": manifestOf("damaged", "damaged.onnx"),
      "damaged.onnx": damaged,
      "absent.json": manifestOf("absent", "absent.onnx"),
    },
  });
  const detect = async (model: string) => {
    const path = `/detect?model=${model}`;
    const response = await fetch(worker.url + path, { method: "POST", body: fruitImage() });
    const peak = Number(response.headers.get("x-memory")!.match(/peak=(\d+)/)?.[1]);
    return { status: response.status, answer: await response.json(), peak };
  };

  await test.step("gives the detections of the same model elsewhere", async () => {
    const detector = await openEveryday8();
    const expected = await detector.detect(fruitImage());
    await detector.close();
    const { status, answer } = await detect("stored");
    assertEquals(status, 200, JSON.stringify(answer));
    assertEquals(answer.detections.length, expected.detections.length);
    assertEquals(answer.detections[0].label, expected.detections[0]?.label);
  });

  await test.step("refuses a graph that differs from the manifest", async () => {
    const { answer } = await detect("damaged");
    assertEquals(answer.code, "graph-mismatch");
    assertStringIncludes(answer.detail, manifest.graph.sha256);
  });

  await test.step("names the file that is not in the bucket", async () => {
    const { answer } = await detect("absent");
    assertEquals(answer.code, "unknown-model");
    assertStringIncludes(answer.detail, "absent.onnx is not in the bucket");
  });

  await test.step("holds the good model once, however often the others are retried", async () => {
    await detect("stored");
    const { status, peak } = await detect("stored");
    assertEquals(status, 200);
    assert(peak < 110e6, `${peak} bytes`);
  });
});
