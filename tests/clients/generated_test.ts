import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OPENAPI } from "../../routes/reference/document.ts";
import { createApp, createDetector } from "../../src/platforms/host/embed.ts";
import { pythonTools } from "../python_tools.ts";

const HERE = new URL("./", import.meta.url);
const PHOTO = new URL("../../docs/photos/cat.jpg", import.meta.url);

Deno.test("openapi-python-client generates a client that reads detections", async () => {
  await using server = await serve();
  const bin = await pythonTools(new URL("requirements.txt", HERE));
  await using folder = await documentFolder();
  await Deno.writeTextFile(`${folder.path}/config.yml`, "post_hooks: []\n");
  await run(new URL("openapi-python-client", bin).pathname, folder.path, [
    ...["generate", "--path", "openapi.json", "--config", "config.yml"],
    ...["--meta", "none", "--output-path", "detect_client"],
  ]);
  const script = new URL("generated_client.py", HERE).pathname;
  const said = await run(new URL("python", bin).pathname, folder.path, [
    ...[script, server.url, PHOTO.pathname],
  ], { PYTHONPATH: folder.path });
  const { detections, objects, model, failed } = JSON.parse(said);
  assertEquals(detections, server.detections);
  assertEquals(objects, ["cat"]);
  assertEquals(model, "everyday8");
  assertEquals(failed.slice(0, 2), [415, "not-an-image"]);
  assertStringIncludes(failed[2], "Cannot decode image");
});

/** Serves the default model, and detects the objects in the photo. */
async function serve() {
  const detector = await createDetector({ model: "everyday8", engine: "wasm" });
  const app = createApp({ detector, maxBytes: 1_000_000 });
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => app.fetch(request));
  const body = await Deno.readFile(PHOTO);
  const response = await app.request("/detect?score=0.05&max=3", { method: "POST", body });
  const { detections } = await response.json();
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    detections: detections as {
      readonly label: string;
      readonly score: number;
      readonly box: { readonly xmin: number; ymin: number; xmax: number; ymax: number };
    }[],
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await detector.close();
    },
  };
}

/** Creates a folder with the OpenAPI document. */
async function documentFolder() {
  const path = await Deno.makeTempDir({ prefix: "client-" });
  await Deno.writeTextFile(`${path}/openapi.json`, OPENAPI);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function run(
  program: string,
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd, env })
    .output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stdout) + decoder.decode(stderr));
  return decoder.decode(stdout);
}
