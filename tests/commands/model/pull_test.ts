import { assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import { FILE, md5, OTHER, serveFile, sha256 } from "./download/file_server.ts";
import { modelsFixture } from "../models_fixture.ts";
import { runMain } from "../run_main.ts";
import { runTask } from "../run_task.ts";

const HASH = sha256(FILE);

Deno.test("deno task model pull downloads a graph once", async () => {
  await using server = serveFile();
  await using models = await modelsFixture({ url: server.url });
  const first = await runTask("model", "pull", "far", "--models", models.path);
  assertEquals([first.code, first.stdout], [
    0,
    "far is here: far.onnx, 0.1 MB, its hash is right\n",
  ]);
  assertStringIncludes(first.stderr, `Fetching far.onnx from ${server.url}`);
  assertEquals(await Deno.readFile(`${models.path}/far.onnx`), FILE);
  assertEquals(await models.graphs(), ["far.onnx", "own.onnx"]);

  const second = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals(second.code, 0);
  assertStringIncludes(second.stdout, "far is here already");
  assertEquals(server.requests.length, 1);
});

Deno.test("model pull --from downloads the file from another URL", async () => {
  await using server = serveFile();
  await using models = await modelsFixture();
  const args = ["pull", "far", "--models", models.path, "--from", server.url];
  assertEquals((await runMain(main, ...args)).code, 0);
  assertEquals(await models.graphs(), ["far.onnx", "own.onnx"]);
});

Deno.test("model pull replaces a graph that differs from the catalogue", async () => {
  await using server = serveFile();
  await using models = await modelsFixture({ url: server.url });
  await Deno.writeFile(`${models.path}/far.onnx`, OTHER);
  const { code, stderr } = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals(code, 0);
  assertStringIncludes(stderr, `far.onnx is here, but its SHA-256 is ${sha256(OTHER)}`);
  assertEquals(await Deno.readFile(`${models.path}/far.onnx`), FILE);
});

Deno.test("model pull keeps no graph of another hash", async () => {
  await using server = serveFile({ file: OTHER });
  await using models = await modelsFixture({ url: server.url });
  const { code, stdout, stderr } = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals([code, stdout], [1, ""]);
  for (const part of [HASH, sha256(OTHER), "http://127.0.0.1/about", "--from"]) {
    assertStringIncludes(stderr, part);
  }
  assertEquals(await models.graphs(), ["own.onnx"]);
});

Deno.test("model pull names the page of a file that is gone", async () => {
  await using server = serveFile({ instead: () => new Response(null, { status: 404 }) });
  await using models = await modelsFixture({ url: server.url });
  const { code, stderr } = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `Cannot download ${server.url} as the server answers 404 Not Found`);
  assertStringIncludes(stderr, "http://127.0.0.1/about");
});

Deno.test("model pull leaves a part when interrupted, and resumes it", async () => {
  const stopAt = 40_000;
  await using server = serveFile({ stopAt, silent: true }, {});
  await using models = await modelsFixture({ url: server.url });
  const args = ["pull", "far", "--models", models.path];
  using written = Deno.watchFs(models.path);
  const pulling = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/model/main.ts", ...args],
    cwd: new URL("../../../", import.meta.url),
    stdout: "null",
    stderr: "null",
  }).spawn();
  const partWritten = async () => {
    for await (const _ of written) {
      const part = await Deno.stat(`${models.path}/far.onnx.part`).catch(() => undefined);
      if (part?.size === stopAt) return;
    }
  };
  const ended = pulling.status.then(({ code }) => {
    throw new Error(`model pull ended with ${code} before it was interrupted`);
  });
  ended.catch(() => {}); // Later it ends, since it is killed.
  await Promise.race([partWritten(), ended]);
  pulling.kill("SIGINT");
  assertEquals((await pulling.status).signal, "SIGINT");
  assertEquals(await models.graphs(), ["far.onnx.part", "far.onnx.source.part", "own.onnx"]);

  assertEquals((await runMain(main, ...args)).code, 0);
  assertEquals(server.requests.map(({ range }) => range), [null, `bytes=${stopAt}-`]);
  assertEquals(await Deno.readFile(`${models.path}/far.onnx`), FILE);
  assertEquals(await models.graphs(), ["far.onnx", "own.onnx"]);
});

const PINNED: [claim: string, entry: Record<string, unknown>, says: string][] = [
  ["an MD5", { md5: md5(FILE) }, "far.onnx, 0.1 MB, its hash is right"],
  ["a hash", { sha256: HASH, bytes: FILE.length }, "far.onnx, 0.1 MB, its hash is right"],
  ["nothing", {}, `its SHA-256 is ${HASH}, and no hash is known that it could be held against`],
];

for (const [claim, entry, says] of PINNED) {
  Deno.test(`model pull completes a manifest where the catalogue has ${claim}`, async () => {
    await using server = serveFile();
    await using models = await modelsFixture({ url: server.url, entry, pinned: false });
    const { code, stdout } = await runMain(main, "pull", "far", "--models", models.path);
    assertEquals(code, 0);
    assertStringIncludes(stdout, says);
    assertStringIncludes(stdout, "far.json has its size and SHA-256 from now on");
    const { graph } = parseManifest(
      JSON.parse(await Deno.readTextFile(`${models.path}/far.json`)),
    );
    assertEquals(graph, { file: "far.onnx", sha256: HASH, bytes: FILE.length });
    assertEquals(await models.graphs(), ["far.onnx", "own.onnx"]);
  });
}

Deno.test("model pull leaves a manifest incomplete if the MD5 differs", async () => {
  await using server = serveFile({ file: OTHER });
  await using models = await modelsFixture({
    url: server.url,
    entry: { md5: md5(FILE) },
    pinned: false,
  });
  const before = await Deno.readTextFile(`${models.path}/far.json`);
  const { code, stderr } = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals(code, 1);
  for (const part of [md5(FILE), md5(OTHER)]) assertStringIncludes(stderr, part);
  assertEquals(await Deno.readTextFile(`${models.path}/far.json`), before);
  assertEquals(await models.graphs(), ["own.onnx"]);
});

const WRONG: [args: string[], words: string][] = [
  [[], "Cannot pull as one model must be named"],
  [["far", "own"], "Cannot pull as one model must be named"],
  [["own"], "Cannot pull own as it is not in the catalogue, which has far"],
  [["far", "--from", "far.onnx"], "--from far.onnx: must start with http:// or https://"],
  [["far", "--from", "ftp://127.0.0.1/far.onnx"], "must start with http:// or https://"],
];

for (const [args, words] of WRONG) {
  Deno.test(`model pull ${args.join(" ")} ends with code 1 and the reason`, async () => {
    await using models = await modelsFixture();
    const outcome = await runMain(main, "pull", ...args, "--models", models.path);
    assertEquals([outcome.code, outcome.stdout], [1, ""]);
    assertStringIncludes(outcome.stderr, words);
  });
}

Deno.test("model pull downloads the files with the weights beside the graph, and pins them", async () => {
  await using server = serveFile();
  await using models = await modelsFixture({ url: server.url, pinned: false });
  const path = `${models.path}/far.json`;
  const manifest = JSON.parse(await Deno.readTextFile(path));
  manifest.graph.data = [{ file: "far.onnx.data" }];
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  const { code, stdout, stderr } = await runMain(main, "pull", "far", "--models", models.path);
  assertEquals(code, 0, stderr);
  assertStringIncludes(
    stderr,
    `Fetching far.onnx.data from ${new URL("far.onnx.data", server.url)}`,
  );
  assertStringIncludes(stdout, "far.onnx.data is here");
  assertEquals(await models.graphs(), ["far.onnx", "far.onnx.data", "own.onnx"]);
  const { graph } = parseManifest(JSON.parse(await Deno.readTextFile(path)));
  assertEquals(graph.data, [{ file: "far.onnx.data", sha256: HASH, bytes: FILE.length }]);

  await Deno.writeFile(`${models.path}/far.onnx.data`, OTHER);
  const again = await runMain(main, "pull", "far", "--models", models.path);
  assertStringIncludes(again.stderr, "far.onnx.data is here, but its SHA-256 is");
  assertEquals(await Deno.readFile(`${models.path}/far.onnx.data`), FILE);
});

Deno.test("model pull downloads the variants of the graph, and list and remove know them", async () => {
  await using server = serveFile();
  await using models = await modelsFixture({ url: server.url });
  const path = `${models.path}/far.json`;
  const manifest = JSON.parse(await Deno.readTextFile(path));
  const content = { sha256: HASH, bytes: FILE.length };
  manifest.variants = [{
    ...{ file: "far-int8.onnx", ...content, engines: ["native"] },
    data: [{ file: "far-int8.data", ...content }],
  }];
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  const run = (...args: string[]) => runMain(main, ...args, "--models", models.path);

  const { code, stderr } = await run("pull", "far");
  assertEquals(code, 0, stderr);
  const own = ["own.onnx"];
  const all = ["far-int8.data", "far-int8.onnx", "far.onnx", ...own];
  assertEquals(await models.graphs(), all);
  assertEquals(JSON.parse(await Deno.readTextFile(path)), manifest);

  await Deno.remove(`${models.path}/far-int8.data`);
  assertStringIncludes((await run("list")).stdout, "here, but no far-int8.data");
  assertEquals((await run("remove", "far")).code, 0);
  assertEquals(await models.graphs(), own);
});
