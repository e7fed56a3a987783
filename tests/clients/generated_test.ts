import { stripVTControlCharacters } from "node:util";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { OPENAPI } from "../../routes/reference/document.ts";
import { createApp, createDetector } from "../../src/platforms/host/embed.ts";
import { copyFolder } from "../examples/install_example.ts";
import { pythonTools } from "../python_tools.ts";
import { testUnless } from "../testing.ts";

const HERE = new URL("./", import.meta.url);
const PHOTO = new URL("../../docs/photos/cat.jpg", import.meta.url);
const hasMaven = await new Deno.Command("mvn", { args: ["-v"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

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

testUnless(
  hasMaven ? undefined : "Maven is not here",
  "openapi-generator generates a Kotlin client that compiles and reads detections",
  async () => {
    await using server = await serve();
    await using folder = await documentFolder();
    await copyFolder(new URL("kotlin/", HERE), `${folder.path}/kotlin`);
    await Deno.rename(`${folder.path}/openapi.json`, `${folder.path}/kotlin/openapi.json`);
    const said = await run("mvn", `${folder.path}/kotlin`, [
      // Without the compiler daemon, which would outlive the test.
      ...["-q", "-B", "-Dkotlin.compiler.daemon=false", "compile", "exec:java"],
      `-Dexec.args=${server.url} ${PHOTO.pathname}`,
    ]);
    const { label, score, box: { xmin, ymin, xmax, ymax } } = server.detections[0]!;
    const lines = stripVTControlCharacters(said).trim().split("\n");
    const [model, found = "", status] = lines.slice(-3);
    assertEquals([model, status], ["everyday8", "status 415"]);
    const [name, ...numbers] = found.split(" ");
    assertEquals([name, ...numbers.map(Number)], [label, score, xmin, ymin, xmax, ymax]);
  },
);

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
