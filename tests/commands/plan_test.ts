import { createHash } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { main } from "../../src/commands/plan.ts";
import everyday8Manifest from "../../models/everyday8.json" with { type: "json" };
import { OnnxWriter } from "../planner/onnx_writer.ts";
import { randomRetinaNet } from "../planner/random_retinanet.ts";
import { runMain } from "./run_main.ts";
import { runTask } from "./run_task.ts";

const everyday8 = ["--model", "everyday8"];

Deno.test("deno task plan prints the estimates for everyday8 on Workers, and that it fits", async () => {
  const { code, stdout } = await runTask("plan", ...everyday8, "--platform", "workers");
  assertEquals(code, 0, stdout);
  for (const words of ["heap", "102.4 MB", "gzipped", "cold start", "It fits."]) {
    assertStringIncludes(stdout, words);
  }
});

Deno.test("plan ends with code 1 and the reason if a request has too little time", async () => {
  const { code, stdout } = await runMain(main, ...everyday8, "--platform", "workers-free");
  assertEquals(code, 1);
  assertStringIncludes(stdout, "It does not fit:");
  assert(
    /each further image: \d+ ms where 10 ms are allowed\. What to do: /.test(stdout),
    stdout,
  );
});

const UNFIT: [platform: string, image: string, why: RegExp][] = [
  ["supabase", "1920x1080", /whole process, roughly: \d+\.\d MB where 256\.0 MB are allowed/],
  ["lambda", "8000x5000", /file of the image: 10\.0 MB where 4\.5 MB are allowed/],
  ["workers", "10000x8000", /pixels of the image: 80\.0 MP where 64\.0 MP are allowed/],
];

for (const [platform, image, why] of UNFIT) {
  Deno.test(`plan refuses everyday8 on ${platform} for ${image}`, async () => {
    const args = [...everyday8, "--platform", platform, "--image", image];
    const { code, stdout } = await runMain(main, ...args);
    assertEquals(code, 1, stdout);
    assert(why.test(stdout), stdout);
  });
}

for (const platform of ["lambda", "deno-deploy", "vercel", "deno", "node"]) {
  Deno.test(`plan accepts everyday8 on ${platform}`, async () => {
    const { code, stdout } = await runMain(main, ...everyday8, "--platform", platform);
    assertEquals(code, 0, stdout);
  });
}

Deno.test("plan --json prints the plan as JSON", async () => {
  const args = [...everyday8, "--platform", "workers-free", "--image", "4000x3000", "--json"];
  const { code, stdout } = await runMain(main, ...args);
  assertEquals(code, 1);
  const plan = JSON.parse(stdout);
  assertEquals([plan.model, plan.platform, plan.fits], ["everyday8", "workers-free", false]);
  assertEquals(plan.image, { width: 4000, height: 3000 });
  assertEquals(plan.needs.input, [1, 3, 256, 320]);
  assert(plan.expected.heapBytes > 40e6 && plan.expected.heapBytes < 100e6);
  assertEquals(plan.reasons.length, 3); // code, the first image, the others
});

Deno.test("plan --tiles counts the runs and the larger scale of the image", async () => {
  const args = [...everyday8, "--platform", "deno", "--image", "4000x3000", "--json"];
  const plan = async (...tiles: string[]) => {
    const { code, stdout } = await runMain(main, ...args, ...tiles);
    assertEquals(code, 0, stdout);
    return JSON.parse(stdout);
  };
  const [plain, tiled] = [await plan(), await plan("--tiles", "4x4")];
  assertEquals([plain.needs.runs, tiled.needs.runs], [1, 17]);
  // Tiles of 1177x883 are seen at 320 / 1177, which needs 1/2 of the scale. 320x240 needs 1/8.
  assertEquals(plain.needs.decoded, { width: 500, height: 375 });
  assertEquals(tiled.needs.decoded, { width: 2000, height: 1500 });
  assert(tiled.needs.decodedBytes > 9e6 && tiled.needs.decodedBytes < 10e6);
  assert(tiled.expected.imageMs > 10 * plain.expected.imageMs);
  const { code, stderr } = await runMain(main, ...args, "--tiles", "4");
  assert(code !== 0 && stderr.includes("auto"), stderr);
});

Deno.test("plan refuses a graph that 128 MB cannot hold, and accepts it on a machine", async () => {
  const folder = await Deno.makeTempDir();
  const { graph, manifest } = randomRetinaNet("large", {
    ...{ block: "basic", blocks: [2, 2, 2, 2], width: 64, channels: 128, depth: 2, side: 320 },
  });
  await Deno.writeFile(`${folder}/large.onnx`, graph);
  await Deno.writeTextFile(`${folder}/large.json`, JSON.stringify(manifest));
  const args = ["--model", "large", "--models", folder, "--platform"];
  const workers = await runMain(main, ...args, "workers");
  assertEquals(workers.code, 1);
  assert(/heap: .* where 102\.4 MB are allowed/.test(workers.stdout), workers.stdout);
  assertEquals((await runMain(main, ...args, "deno")).code, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("plan counts the variant of the graph that wasm runs", async () => {
  const folder = await Deno.makeTempDir();
  const { graph, manifest } = randomRetinaNet("plain", {
    ...{ block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 16, depth: 1, side: 256 },
  });
  const wider = randomRetinaNet("plain", {
    ...{ block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 32, depth: 1, side: 256 },
  });
  await Deno.writeFile(`${folder}/plain.onnx`, graph);
  await Deno.writeFile(`${folder}/wider.onnx`, wider.graph);
  const variant = { ...wider.manifest.graph, file: "wider.onnx" };
  const bytesFor = async (...engines: string[]) => {
    const variants = [{ ...variant, engines }];
    await Deno.writeTextFile(`${folder}/plain.json`, JSON.stringify({ ...manifest, variants }));
    const args = ["--model", "plain", "--models", folder, "--platform", "deno", "--json"];
    const { stdout, stderr } = await runMain(main, ...args);
    assertEquals(stderr, "");
    return JSON.parse(stdout).needs.graphBytes;
  };
  assertEquals(await bytesFor("native"), graph.length);
  assertEquals(await bytesFor("wasm", "native"), wider.graph.length);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("plan refuses an image that a Worker cannot decode for a model without antialias", async () => {
  const folder = await Deno.makeTempDir();
  const { graph, manifest } = randomRetinaNet("sharp", {
    ...{ block: "basic", blocks: [1, 1, 1, 1], width: 8, channels: 16, depth: 1, side: 256 },
    antialias: false,
  });
  await Deno.writeFile(`${folder}/sharp.onnx`, graph);
  await Deno.writeTextFile(`${folder}/sharp.json`, JSON.stringify(manifest));
  const args = ["--model", "sharp", "--models", folder, "--platform", "workers", "--image"];
  const large = await runMain(main, ...args, "4000x3000");
  assertEquals(large.code, 1);
  assertStringIncludes(large.stdout, "decoded image");
  assertEquals((await runMain(main, ...args, "1280x960")).code, 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("plan refuses a graph with an operator that the engine lacks", async () => {
  const folder = await Deno.makeTempDir();
  const writer = new OnnxWriter();
  const conv = writer.conv(writer.node("NoSuchOperator", ["image"]), { inside: 3, outside: 8 });
  const graph = writer.finish({ image: [1, 3, "h", "w"] }, { [conv]: [1, 8, "h", "w"] });
  const sha256 = createHash("sha256").update(graph).digest("hex");
  const file = { file: "odd.onnx", sha256, bytes: graph.length };
  await Deno.writeFile(`${folder}/odd.onnx`, graph);
  await Deno.writeTextFile(
    `${folder}/odd.json`,
    JSON.stringify({ ...everyday8Manifest, id: "odd", graph: file }),
  );
  const args = ["--model", "odd", "--models", folder, "--platform", "deno"];
  const { code, stdout, stderr } = await runMain(main, ...args);
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, "Cannot plan for odd.onnx as the wasm engine refuses it: ");
  assertStringIncludes(stderr, "NoSuchOperator");
  await Deno.remove(folder, { recursive: true });
});

const WRONG: [args: string[], words: string][] = [
  [[], "--model is missing"],
  [[...everyday8, "--platform", "moon"], "--platform moon"],
  [[...everyday8, "--platform", "workers", "--image", "large"], "WIDTHxHEIGHT"],
  [["--model", "nope", "--platform", "workers"], 'Cannot load model "nope"'],
];

for (const [args, words] of WRONG) {
  Deno.test(`plan ${args.join(" ")} names the wrong option`, async () => {
    const { code, stdout, stderr } = await runMain(main, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, words);
  });
}
