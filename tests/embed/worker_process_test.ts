import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import manifest from "../../models/everyday8.json" with { type: "json" };
import { createDetector } from "../../src/platforms/host/embed.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertRejectsDomainError } from "../testing.ts";

const ENGINE = { engine: "wasm", threads: 1 } as const;

Deno.test("createDetector() with a worker returns the detections of the calling thread", async () => {
  await using here = await createDetector({ model: "everyday8", ...ENGINE });
  await using apart = await createDetector({ model: "everyday8", worker: true, ...ENGINE });
  const options = { scoreThreshold: 0.05 };
  const expected = await here.detect(fruitImage(), options);
  const found = await apart.detect(fruitImage(), options);
  assertGreater(found.detections.length, 0);
  assertEquals(found.detections, expected.detections);
  assertEquals([apart.model, apart.engine], [here.model, here.engine]);
  // Candidates and explanations come from the process, too, and can be selected from here.
  const more = { ...options, keep: true, explain: true, nms: "soft-linear" } as const;
  const { candidates, detections } = await here.detect(fruitImage(), more);
  const sent = await apart.detect(fruitImage(), more);
  assertEquals(sent.detections, detections);
  assertEquals(sent.candidates, candidates);
  assertEquals(
    apart.select(sent.candidates!, { ...options, classAgnostic: true }).detections,
    (await here.detect(fruitImage(), { ...options, classAgnostic: true })).detections,
  );
});

Deno.test("createDetector() with a worker leaves the calling thread free", async () => {
  const graph = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));
  await using detector = await createDetector({
    model: { manifest, graph },
    worker: true,
    ...ENGINE,
  });
  let turns = 0;
  const timer = setInterval(() => turns++);
  await detector.detect(fruitImage());
  clearInterval(timer);
  // On the calling thread, decoder and engine would leave it no turn.
  assertGreater(turns, 2);
});

Deno.test("EmbeddedDetector.close() with a worker waits for the current image", async () => {
  const detector = await createDetector({ model: "everyday8", worker: true, ...ENGINE });
  const running = detector.detect(fruitImage());
  const queued = detector.detect(fruitImage());
  const closed = detector.close();
  await assertRejectsDomainError(queued, "model-not-ready", "the detector was closed");
  assertGreater((await running).detections.length, 0);
  await closed;
});

Deno.test("createDetector() with a worker rejects with the errors of the worker", async () => {
  const graph = new TextEncoder().encode("no graph");
  await assertRejectsDomainError(
    () => createDetector({ model: { manifest, graph }, worker: true, ...ENGINE }),
    "graph-mismatch",
  );
  await using detector = await createDetector({ model: "everyday8", worker: true, ...ENGINE });
  await assertRejectsDomainError(() => detector.detect(new Uint8Array([1, 2, 3])), "not-an-image");
  await assertRejects(() => detector.detect(fruitImage(), { signal: AbortSignal.abort("gone") }));
});
