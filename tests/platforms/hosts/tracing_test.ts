import { assertEquals } from "@std/assert";
import { npmInstall } from "../../../packaging/tools.ts";
import { assertDetectTrace, startOtlpReceiver } from "../../otlp_receiver.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";
import { startHost } from "./start_host.ts";

const DOCS = await Deno.readTextFile(new URL("../../../docs/tracing.md", import.meta.url));
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

Deno.test("the server sends the trace of a detection from Node, as docs/tracing.md says", async () => {
  await using receiver = startOtlpReceiver();
  const folder = await Deno.makeTempDir({ prefix: "tracing-" });
  const [, packages] = DOCS.match(/^npm install (.*)$/m)!;
  await npmInstall(packages!.split(" "), folder);
  const built = (await builtPackage()).pathname.replace(/\/$/, "");
  await Deno.symlink(built, `${folder}/node_modules/retinanet-edge`);
  const [, program] = DOCS.match(/```js\n([\s\S]*?)```/)!;
  await Deno.writeTextFile(`${folder}/tracing.mjs`, program!);

  const [, line] = DOCS.match(/^(OTEL_.* node .*)$/m)!;
  const [variables, args] = line!.replace("http://127.0.0.1:4318", receiver.url).split(" node ");
  const host = await startHost({
    command: await executable("node24"),
    args: args!.split(" "),
    cwd: folder,
    environment: {
      ...Object.fromEntries(variables!.split(" ").map((each) => each.split("="))),
      ...{ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_NODE_RESOURCE_DETECTORS: "none" },
      ...{ LOG: "none", ENGINE: "wasm", THREADS: "1", WORKERS: "1" },
    },
  });
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
  const init = { method: "POST", headers, body: fruitImage() };
  const response = await fetch(`${host.url}/detect?max=1`, init);
  assertEquals(response.status, 200, await response.text());
  // The SDK would keep the spans for 5 seconds, so the end of the server must send them.
  assertEquals(await host.stop(), 0);
  assertDetectTrace(await receiver.trace(TRACE), "00f067aa0ba902b7");
  await Deno.remove(folder, { recursive: true });
});
