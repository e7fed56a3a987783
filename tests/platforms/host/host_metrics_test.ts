import { assert, assertEquals, assertMatch } from "@std/assert";
import { openMetrics } from "../../../src/platforms/host/open_metrics.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { spawnServe } from "./spawn_serve.ts";

Deno.test("a server with METRICS shows requests, stages, waits, models and memory", async () => {
  const server = await spawnServe({ METRICS: "on", WORKERS: "1" });
  try {
    for (const body of [fruitImage(), fruitImage(), new Uint8Array()]) {
      await (await fetch(`${server.url}/detect`, { method: "POST", body })).body?.cancel();
    }
    const response = await fetch(`${server.url}/metrics`);
    assertMatch(response.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
    const values = valuesOf(await response.text());
    const value = (name: string, labels = "") => values.get(`retinanet_edge_${name}${labels}`);
    const model = '{model="everyday8"}';
    const detect = (status: number, code: string) =>
      `{method="POST",route="/detect",status="${status}",code="${code}"}`;
    assertEquals(value("requests_total", detect(200, "")), 2);
    assertEquals(value("requests_total", detect(400, "no-image")), 1);
    assertEquals(value("request_seconds_count", '{route="/detect"}'), 3);
    assertEquals(value("queue_wait_seconds_count", model), 2);
    for (const stage of ["decode", "preprocess", "inference", "postprocess"]) {
      const labels = `{model="everyday8",stage="${stage}"}`;
      assertEquals(value("stage_seconds_count", labels), 2);
      assert(value("stage_seconds_sum", labels)! > 0);
    }
    assertEquals(value("queue_length", model), 0);
    assertEquals(value("queue_predicted_wait_seconds", model), 0);
    assertEquals(value("workers", model), 1);
    assertEquals(value("worker_restarts_total", model), 0);
    assertEquals(value("body_bytes"), 0);
    assertEquals(value("model_status", '{model="everyday8",status="ready"}'), 1);
    assert([...values.keys()].some((name) => /model_info\{.*provider="wasm"/.test(name)));
    assert(values.get("process_resident_memory_bytes")! > 20_000_000);
  } finally {
    server.process.kill("SIGTERM");
    await server.process.status;
    await server.process.stdout.cancel();
  }
});

for (
  const [METRICS, isOn] of [[undefined, false], ["off", false], ["on", true], [
    "open",
    true,
  ]] as const
) {
  Deno.test(`openMetrics() ${isOn ? "creates" : "omits"} metrics with METRICS=${METRICS}`, async () => {
    assertEquals(await openMetrics({ METRICS }) !== undefined, isOn);
  });
}

/** Parses the text format of Prometheus: values by name and labels. */
function valuesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const end = line.lastIndexOf(" ");
    return [line.slice(0, end), Number(line.slice(end))];
  }));
}
