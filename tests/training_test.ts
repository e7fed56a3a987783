import process from "node:process";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main as detect } from "../src/commands/detect.ts";
import { runMain } from "./commands/run_main.ts";
import { fruitImage, ORANGE } from "./sample_images/fruit_image.ts";
import { testUnless } from "./testing.ts";

/**
 * Python with the packages of `training/requirements.txt`, which are too large to install for a
 * test (PyTorch).
 */
const PYTHON = process.env["TRAINING_PYTHON"] ??
  new URL("../training/venv/bin/python", import.meta.url).pathname;
const hasPython = await Deno.stat(PYTHON).then(() => true, () => false);

const missing = hasPython ? undefined : "training/venv or TRAINING_PYTHON is missing";

testUnless(
  missing,
  "training/ trains two steps on drawn photos, resumes, exports and serves the model",
  async () => {
    const folder = await Deno.makeTempDir();
    const [data, out] = [await drawnData(folder), `${folder}/run`];
    const train = ["train.py", "--data", data, "--out", out, "--batch", "5", "--threads", "2"];
    train.push("--side", "96");
    assertStringIncludes(await python(...train, "--epochs", "1"), "step 1: ");
    const resumed = await python(...train, "--epochs", "2");
    assertMatch(resumed, /step 2: /); // one step per epoch: nine photos, batches of five
    assertEquals(resumed.includes("step 1:"), false, "the first epoch was repeated");
    const refused = await failing(...train, "--epochs", "3", "--side", "64");
    assertStringIncludes(refused, "at 64 px: it was trained at 96 px");
    const still = await failing(...train, "--epochs", "3", "--rate", "0");
    assertStringIncludes(still, "--rate: must be a number above 0");
    const exported = ["--data", data, "--id", "drawn", "--out", folder, "--licence", "MIT"];
    const told = await python("export.py", `${out}/last.pt`, ...exported);
    assertStringIncludes(told, `MODEL=${await Deno.realPath(folder)}/drawn.json deno task start`);
    assertStringIncludes(await Deno.readTextFile(`${folder}/drawn.card.md`), "detects: orange");
    const { resize } = JSON.parse(await Deno.readTextFile(`${folder}/drawn.json`));
    assertEquals([resize.width, resize.height], [96, 96]);
    const again = ["train.py", "--data", data, "--out", `${folder}/again`, "--side", "96"];
    const start = ["--start", `${folder}/drawn.onnx`, "--batch", "5", "--epochs", "1"];
    const taught = ["--teacher", `${folder}/drawn.onnx`, `${out}/last.pt`, "--rate", "0.5"];
    const begun = await python(...again, ...start, ...taught, "--bfloat16");
    assertStringIncludes(begun, "starts from drawn.onnx; labels that it does not have: none");
    const averaged = ["average.py", `${folder}/again/last.pt`, `${folder}/drawn.onnx`];
    assertStringIncludes(await python(...averaged, "--out", `${out}/mean.pt`), "the mean of 2");
    await python("export.py", `${out}/mean.pt`, ...exported);
    await keepsBackbone(folder, data);
    await listsVariant(folder, data);

    const photo = `${data}/images/train/1.png`;
    const args = ["--model", `${folder}/drawn.json`, "--engine", "wasm", "--score", "0", "--json"];
    const { code, stdout, stderr } = await runMain(detect, ...args, photo);
    await Deno.remove(folder, { recursive: true });
    assertEquals(code, 0, stderr);
    const { detections } = JSON.parse(stdout);
    assertEquals(detections.length, 100); // the limit: every anchor has a score
    assertEquals(new Set(detections.map(({ label }: { label: string }) => label)).size, 1);
  },
);

testUnless(
  missing,
  "check_loss.py finds the losses of the paper, and those of train.py",
  async () => {
    assertStringIncludes(await python("check_loss.py"), "agree with the paper");
  },
);

testUnless(
  missing,
  "check_separable.py finds the same network in training and in use",
  async () => {
    assertStringIncludes(await python("check_separable.py"), "training and use agree");
  },
);

testUnless(
  missing,
  "check_rounding.py finds that the rounded network answers like the int8 graph",
  async () => {
    const photos = ["cat.jpg", "astronaut.jpg"].map((name) => `../docs/photos/${name}`);
    const said = await python("check_rounding.py", "../models/everyday8.onnx", ...photos);
    assertMatch(said, /rounded 0\.\d+, not rounded 0\.\d+/);
  },
);

testUnless(missing, "focal_loss.py runs each setting once, and none again", async () => {
  const folder = await Deno.makeTempDir();
  const data = await drawnData(folder);
  const args = ["-m", "experiments.focal_loss", "--data", data, "--cache", `${folder}/cache`];
  args.push("--out", `${folder}/out`, "--steps", "1", "--seeds", "1", "--threads", "2");
  args.push("--only", "ohem 512, 1:3", "--only", "anchors 3x1");
  await python(...args);
  await python(...args, "--only", "focal");
  assertEquals(await python(...args, "--only", "focal"), "");
  const lines = (await Deno.readTextFile(`${folder}/out/runs.jsonl`)).trim().split("\n");
  const distribution = JSON.parse(await Deno.readTextFile(`${folder}/out/distribution.json`));
  await Deno.remove(folder, { recursive: true });
  assertEquals(lines.map((line) => JSON.parse(line).setting), [
    "ohem 512, 1:3",
    "anchors 3x1",
    "focal",
  ]);
  assertEquals(distribution.background.curves.length, 4);
});

/** Trains with `--keep-backbone`, and compares the weights with those of the start. */
async function keepsBackbone(folder: string, data: string): Promise<void> {
  const [start, kept] = [`${folder}/drawn.onnx`, `${folder}/kept`];
  const args = ["--data", data, "--out", kept, "--side", "96", "--batch", "5", "--epochs", "1"];
  await python("train.py", ...args, "--start", start, "--keep-backbone");
  assertEquals(
    await changedParts(start, `${kept}/last.pt`),
    "box_subnet class_subnet pyramid shared",
  );
  const back = [
    "--backbone",
    `${folder}/again/last.pt`,
    "--share",
    "1",
    "--out",
    `${kept}/back.pt`,
  ];
  await python("average.py", `${kept}/last.pt`, ...back);
  assertEquals(await changedParts(`${kept}/last.pt`, `${kept}/back.pt`), "backbone");
  assertEquals(await changedParts(`${folder}/again/last.pt`, `${kept}/back.pt`, "backbone"), "");
}

/** Makes an int8 variant of the model, and runs its graph as a model of its own. */
async function listsVariant(folder: string, data: string): Promise<void> {
  const args = ["--data", data, "--epochs", "1", "--batch", "5", "--photos", "2"];
  const told = await python("quantise.py", `${folder}/drawn.json`, ...args);
  assertMatch(told, /drawn-int8\.onnx: AP /);
  assertEquals(
    (await python("quantise.py", `${folder}/drawn.json`, ...args)).includes("step 1:"),
    false,
    "the epoch was repeated",
  );
  const { variants: [variant], ...manifest } = JSON.parse(
    await Deno.readTextFile(`${folder}/drawn.json`),
  );
  const { engines, metrics: _, ...graph } = variant;
  assertEquals([engines, graph.precision], [["native"], "int8"]);
  assert(graph.bytes < manifest.graph.bytes / 2.5);
  await Deno.writeTextFile(
    `${folder}/int8.json`,
    JSON.stringify({ ...manifest, id: "int8", graph }),
  );
  const run = ["--model", `${folder}/int8.json`, "--engine", "wasm", "--score", "0", "--json"];
  const { code, stdout, stderr } = await runMain(detect, ...run, `${data}/images/train/1.png`);
  assertEquals(code, 0, stderr);
  assertEquals(JSON.parse(stdout).detections.length, 100);
}

/** Names the parts of the network whose weights differ between two files. */
async function changedParts(one: string, other: string, among = ""): Promise<string> {
  const program = `
import sys
from pathlib import Path
from starts import read_weights
(one, _), (other, _) = read_weights(Path(sys.argv[1])), read_weights(Path(sys.argv[2]))
parts = {name.split(".")[0] for name in one.keys() & other.keys() if not one[name].equal(other[name])}
print(*sorted(part for part in parts if part.startswith(sys.argv[3])))`;
  return (await python("-c", program, one, other, among)).trim();
}

/** Writes a COCO-format data set of one photo, twelve times. Numbers 7, 9 and 10 are held out. */
async function drawnData(folder: string): Promise<string> {
  const { x, y, radius } = ORANGE;
  const bbox = [x - radius, y - radius, 2 * radius, 2 * radius];
  const ids = Array.from({ length: 12 }, (_, index) => index + 1);
  const truth = {
    images: ids.map((id) => ({ id, file_name: `${id}.png`, width: 640, height: 480 })),
    categories: [{ id: 8, name: "orange" }],
    annotations: ids.map((id) => ({ id, image_id: id, category_id: 8, bbox, iscrowd: 0 })),
  };
  await Deno.mkdir(`${folder}/data/images/train`, { recursive: true });
  await Deno.writeTextFile(`${folder}/data/train.json`, JSON.stringify(truth));
  for (const id of ids) {
    await Deno.writeFile(`${folder}/data/images/train/${id}.png`, fruitImage());
  }
  return `${folder}/data`;
}

/** Runs a program of `training/`; returns its output. */
async function python(...args: string[]): Promise<string> {
  const { success, text, errors } = await run(args);
  assertEquals(success, true, `${args[0]} failed:\n${text}${errors}`);
  return text;
}

/** Runs a script that must fail, and returns what it writes to standard error. */
async function failing(...args: string[]): Promise<string> {
  const { success, text, errors } = await run(args);
  assertEquals(success, false, `${args[0]} did not fail:\n${text}`);
  return errors;
}

async function run(args: string[]) {
  const cwd = new URL("../training/", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(PYTHON, { args, cwd }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success, text: text!, errors: errors! };
}
