// deno-lint-ignore-file no-import-prefix -- the client is a package of this test alone
import { assertEquals, assertRejects } from "@std/assert";
import { InferenceClient } from "npm:@huggingface/inference@4.13.30";
import { snippets } from "./snippets.ts";
import { createApp, createDetector } from "../../src/platforms/host/embed.ts";

const PHOTO = new URL("../../docs/photos/cat.jpg", import.meta.url);

Deno.test("@huggingface/inference and the typed client work unchanged, as in docs/clients.md", async () => {
  await using cleaner = new AsyncDisposableStack();
  const detector = await createDetector({ model: "everyday8", engine: "wasm" });
  cleaner.defer(() => detector.close());
  const app = createApp({ detector, maxBytes: 1_000_000 });
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => app.fetch(request));
  cleaner.defer(() => server.shutdown());
  const endpointUrl = `http://127.0.0.1:${server.addr.port}`;
  const photo = new Blob([await Deno.readFile(PHOTO)], { type: "image/jpeg" });
  const client = new InferenceClient("hf_test", { endpointUrl });

  const found = await client.objectDetection({ inputs: photo });
  const { detections } = await detector.detect(new Uint8Array(await photo.arrayBuffer()));
  assertEquals(found.map(({ label }) => label), detections.map(({ label }) => label));
  const { box: { xmin, ymin, xmax, ymax } } = detections[0]!;
  const [left, top, right, bottom] = [xmin, ymin, xmax, ymax].map(Math.round);
  assertEquals(found[0]!.box, { xmin: left!, ymin: top!, xmax: right!, ymax: bottom! });

  for (const [, code] of await snippets(["ts"])) {
    const folder = await Deno.makeTempDir();
    const client = new URL("../../routes/client.ts", import.meta.url);
    const source = code.replaceAll("http://localhost:8000", endpointUrl)
      .replace('"@huggingface/inference"', '"npm:@huggingface/inference@4.13.30"')
      .replace('"retinanet-edge/client"', `"${client}"`);
    await Deno.writeTextFile(
      `${folder}/snippet.ts`,
      `const photo = new Blob([Deno.readFileSync(new URL("${PHOTO}"))], { type: "image/jpeg" });
      const file = new File([photo], "cat.jpg");
      ${source}
      export default typeof found === "undefined" ? answer.detections : found;`,
    );
    const { default: objects } = await import(`file://${folder}/snippet.ts`);
    assertEquals(objects[0].label, "cat", code);
    await Deno.remove(folder, { recursive: true });
  }

  const named = new InferenceClient("hf_test", { endpointUrl: `${endpointUrl}/models/everyday8` });
  assertEquals(await named.objectDetection({ inputs: photo }), found);
  const text = new Blob(["hello, hello"], { type: "text/plain" });
  await assertRejects(() => client.objectDetection({ inputs: text }), Error, "Cannot decode image");
});
