import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import { COMMAND_GROUP } from "../../src/commands/group.ts";
import { main } from "../../src/commands/main.ts";
import { MODEL_GROUP } from "../../src/commands/model/group.ts";
import { randomResults, randomTruth } from "../eval/random_golden.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { firstLine } from "../server_process.ts";
import { FILE, serveFile } from "./model/download/file_server.ts";
import { modelsFixture } from "./models_fixture.ts";
import { runMain, runWith, sharedDetector } from "./run_main.ts";

const GOLDEN = new URL("../parity/goldens/keras-retinanet/", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

const folder = await Deno.makeTempDir();
const server = serveFile();
const models = await modelsFixture({ url: server.url });
const openDetector = sharedDetector();
await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
await Deno.writeTextFile(`${folder}/notes.txt`, "no image");
await Deno.writeTextFile(`${folder}/truth.json`, JSON.stringify(randomTruth));
await Deno.writeTextFile(`${folder}/results.json`, JSON.stringify(randomResults));
await Deno.copyFile(new URL("model.onnx", GOLDEN), `${folder}/net.onnx`);
// `model new` draws its preview beside the image.
await Deno.copyFile(new URL("97x63.png", GOLDEN), `${folder}/97x63.png`);
const golden = (name: string) => new URL(name, GOLDEN).pathname;

/** A run of each command with its arguments, and a part of the JSON lines that it prints. */
const RUNS: Readonly<Record<string, readonly [args: readonly string[], part: object[]]>> = {
  detect: [[`${folder}/fruit.png`], [{ model: "everyday8" }]],
  eval: [
    ["--annotations", `${folder}/truth.json`, "--detections", `${folder}/results.json`],
    [{ threshold: 0.5 }],
  ],
  bench: [
    ["--rounds", "1", "--warmup", "0", `${folder}/fruit.png`],
    [{ model: "everyday8", detections: 1 }],
  ],
  plan: [["--model", "everyday8", "--platform", "node"], [{ model: "everyday8", fits: true }]],
  key: [["alice"], [{ name: "alice" }]],
  complete: [["bash"], [{ shell: "bash" }]],
  "model list": [["--models", models.path], [{ id: "far" }, { id: "lost" }, { id: "own" }]],
  "model pull": [["far", "--models", models.path], [{
    id: "far",
    files: [{ bytes: FILE.length, isNew: true, isVerified: true }],
  }]],
  "model remove": [["far", "--models", models.path], [{ id: "far", freedBytes: FILE.length }]],
  "model new": [[`${folder}/net.onnx`, "--engine", "wasm", "--image", `${folder}/97x63.png`], [{
    manifest: `${folder}/net.json`,
    id: "net",
    isComplete: true,
    family: "keras-retinanet",
    preview: { image: { width: 97, height: 63 } },
  }]],
  "model check": [
    [golden("manifest.json"), "--engine", "wasm", "--golden", golden("97x63.json")],
    [{ golden: { isEqual: true, differences: [] } }],
  ],
};

/** Commands without a run above: one runs in a process below, the other takes 10 seconds. */
const NOT_RUN = ["serve", "model doctor"];

const COMMANDS = [
  ...Object.keys(COMMAND_GROUP.commands).filter((name) => name !== "model"),
  ...Object.keys(MODEL_GROUP.commands).map((name) => `model ${name}`),
];

for (const [name, [args, parts]] of Object.entries(RUNS)) {
  Deno.test(`retinanet-edge ${name} --json prints JSON`, async () => {
    const { code, stdout, stderr } = await runWith(
      { openDetector },
      main,
      ...[...name.split(" "), ...args, "--json"],
    );
    assertEquals(code, 0, stderr);
    const found = jsonOf(stdout);
    assertEquals(found.length, parts.length, stdout);
    found.forEach((each, index) => assertObjectMatch(each, parts[index] as typeof each));
  });
}

Deno.test("retinanet-edge serve --json prints its start as a line of JSON", async () => {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/main.ts", "serve", "--port", "0", "--json"],
    cwd: ROOT,
    env: { ENGINE: "wasm" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const [line] = jsonOf(await firstLine(process.stdout));
  process.kill("SIGTERM");
  await process.status;
  assertEquals(line!.level, "info");
});

for (const name of COMMANDS) {
  Deno.test(`retinanet-edge ${name} --json prints an error as JSON`, async () => {
    assert(NOT_RUN.includes(name) || name in RUNS, "the command has no run above");
    const { code, stdout, stderr } = await runMain(main, ...name.split(" "), "--json", "--nope");
    assertEquals(code, 1);
    const [{ error }, ...more] = jsonOf(stdout) as [{ error: { message: string } }];
    assertEquals([`${error.message}\n`, more], [stderr, []]);
    assert(error.message.startsWith("Unknown option '--nope'"), error.message);
  });
}

const FAILURES: [args: string[], error: object][] = [
  [["model", "check", "none"], { code: "unknown-model" }],
  [["model", "new", `${folder}/none.onnx`], {}],
  [["model", "pull", "none"], {}],
  [["model", "remove", "everyday8"], {}],
  [["plan", "--model", "none", "--platform", "node"], { code: "unknown-model" }],
  [["eval", "--annotations", `${folder}/none.json`], {}],
  [["detect", `${folder}/none.png`], {}],
  [["nothing"], {}],
];

for (const [args, expected] of FAILURES) {
  Deno.test(`retinanet-edge ${args.slice(0, 2).join(" ")} that fails prints JSON`, async () => {
    const { code, stdout } = await runWith({ openDetector }, main, ...args, "--json");
    assertEquals(code, 1);
    const [{ error }] = jsonOf(stdout) as [{ error: { message: string } }];
    assertObjectMatch(error, { ...expected });
    assert(error.message.length > 10, stdout);
  });
}

Deno.test("retinanet-edge detect --json prints an error if all images failed", async () => {
  const [bad, good] = [`${folder}/notes.txt`, `${folder}/fruit.png`];
  const detect = (...files: string[]) =>
    runWith({ openDetector }, main, "detect", "--json", ...files);
  const [{ error }] = jsonOf((await detect(bad, bad)).stdout) as [{ error: { message: string } }];
  assert(error.message.startsWith("2 of 2 images failed:\n"), error.message);
  const { code, stdout } = await detect(bad, good);
  const [image, ...more] = jsonOf(stdout);
  assertEquals([code, image!.file, more], [1, good, []]);
});

Deno.test("an error is no JSON without --json", async () => {
  const { stdout } = await runMain(main, "model", "check", "none");
  assertEquals(stdout, "");
});

/** Parses JSON: one value, or a value on each line. */
function jsonOf(text: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text.trimEnd().split("\n").map((line) => JSON.parse(line));
  }
}

Deno.test.afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await models[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});
