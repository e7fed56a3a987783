import { assertEquals } from "@std/assert";
import { assertDetectTrace, attributesOf, startOtlpReceiver } from "../../otlp_receiver.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { startServer } from "./start_server.ts";

const DOCS = await Deno.readTextFile(new URL("../../../docs/tracing.md", import.meta.url));

Deno.test("the server sends the trace of a detection from Deno, as docs/tracing.md says", async () => {
  await using receiver = startOtlpReceiver();
  const command = DOCS.match(/^(OTEL_DENO=.*) deno task start$/m)![1]!;
  const variables = command.replace("http://127.0.0.1:4318", receiver.url).split(" ");
  await using server = await startServer({
    ...Object.fromEntries(variables.map((each) => each.split("=") as [string, string])),
    ...{ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" },
    ...{ OTEL_BSP_SCHEDULE_DELAY: "50", OTEL_BLRP_SCHEDULE_DELAY: "50" },
    ...{ LOG: "json", ENGINE: "wasm", THREADS: "1", WORKERS: "1" },
  });
  const post = async (traceId: string, body: BodyInit) => {
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const response = await fetch(`${server.url}/detect?max=1`, { method: "POST", headers, body });
    await response.body?.cancel();
    return await receiver.trace(traceId);
  };
  const spans = await post("4bf92f3577b34da6a3ce929d0e0e4736", fruitImage());
  assertDetectTrace(spans, "00f067aa0ba902b7");
  const line = JSON.parse(await receiver.logLine("4bf92f3577b34da6a3ce929d0e0e4736"));
  assertEquals([line.path, line.status], ["/detect", 200]);

  const failed = await post("4bf92f3577b34da6a3ce929d0e0e4737", "a text");
  const byName = Object.fromEntries(failed.map((span) => [span.name, span]));
  assertEquals(Object.keys(byName).sort(), ["POST /detect", "detect", "queue"]);
  const { "POST /detect": request, detect } = byName;
  assertEquals(attributesOf(request!)["retinanet.problem"], "not-an-image");
  assertEquals([request!.status?.code ?? 0, detect!.status?.code], [0, 2]);
  assertEquals(attributesOf(detect!)["error.type"], "not-an-image");
});
