import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/commands/detect.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { runMain, runWith, sharedDetector } from "./run_main.ts";
import { runTask } from "./run_task.ts";

const io = { openDetector: sharedDetector() };
const folder = await Deno.makeTempDir();
const fruit = `${folder}/fruit.png`;
const text = `${folder}/text.jpg`;
await Deno.writeFile(fruit, fruitImage());
await Deno.writeTextFile(text, "no image at all");

Deno.test("deno task detect prints a table with the orange in it", async () => {
  const { code, stdout } = await runTask("detect", fruit);
  assertEquals(code, 0);
  assertMatch(stdout, /^fruit\.png: 640x480, \d+ found in \d+ ms on \w+$/m);
  assertMatch(stdout, /│ orange +│ +0\.\d{3} │/);
});

Deno.test("detect --json prints one object per line, and goes on after a bad file", async () => {
  const missing = `${folder}/missing.png`;
  const { code, stdout, stderr } = await runMain(main, "--json", missing, fruit, text, fruit);
  assertEquals(code, 1);
  const answers = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(answers.map(({ file }) => file), [fruit, fruit]);
  assertEquals(answers[0]?.detections, answers[1]?.detections);
  assertStringIncludes(stderr, `${missing}: Cannot open ${missing} as there is no such file`);
  assertStringIncludes(stderr, `${text}: `);
  assert(!stderr.includes("    at "), stderr);
});

Deno.test("detect --explain adds the origin of each object to JSON", async () => {
  const flags = ["--json", "--explain", "--nms", "soft-gaussian", "--sigma", "0.4"];
  const more = ["--class-agnostic", "--scores", "orange:0.2,apple:0.9"];
  const { code, stdout } = await runWith(io, main, ...flags, ...more, fruit);
  assertEquals(code, 0);
  const { detections } = JSON.parse(stdout);
  assert(detections.length > 0);
  for (const { score, label, explanation } of detections) {
    assertMatch(explanation.level, /^P[3-7]$/);
    assert(explanation.networkScore >= score && score > (label === "apple" ? 0.9 : 0.2));
  }
});

Deno.test("detect refuses options that do not fit", async () => {
  const cases = [
    [["--explain"], "add --json or --out FILE.jsonl"],
    [["--nms", "soft"], "soft-gaussian"],
    [["--sigma", "0.5"], "soft-gaussian"],
    [["--sigma", "0", "--nms", "soft-gaussian"], "--sigma 0"],
    [["--scores", "orange"], "orange:0.3"],
    [["--scores", "orange:2"], "--scores orange:2"],
    [["--scores", "unicorn:0.5"], "unicorn"],
  ] as const;
  for (const [flags, words] of cases) {
    const { code, stderr } = await runWith(io, main, ...flags, fruit);
    assertEquals(code, 1);
    assertStringIncludes(stderr, words.replace("orange:0.3", "cat:0.3"));
  }
});

Deno.test("detect --svg draws the boxes over the image", async () => {
  assertEquals((await runWith(io, main, "--svg", fruit)).code, 0);
  const svg = await Deno.readTextFile(`${fruit}.svg`);
  assertStringIncludes(svg, 'viewBox="0 0 640 480"');
  assertMatch(svg, />orange \d+ %</);
});

Deno.test("detect reads every kind of input, writes every kind of output, and names failed images last", async () => {
  const into = await Deno.makeTempDir();
  const photos = `${into}/photos`;
  await Deno.mkdir(`${photos}/sub`, { recursive: true });
  await Deno.writeFile(`${photos}/a.png`, fruitImage());
  await Deno.writeFile(`${photos}/sub/a.png`, fruitImage());
  await Deno.writeTextFile(`${photos}/bad.png`, "no image");
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(fruitImage()),
  );
  const url = `http://127.0.0.1:${server.addr.port}/web.png`;
  const readInput = () => Promise.resolve(fruitImage());
  const outs = ["boxes/", "r.html", "r.csv", "r.jsonl", "r.json"].flatMap((name) => [
    ...["--out", `${into}/new/${name}`],
  ]);
  const inputs = [photos, `${photos}/sub/*`, "-", url];
  const { code, stdout, stderr } = await runWith({ ...io, readInput }, main, ...inputs, ...outs);
  const errors = stderr.trimEnd().split("\n");
  await server.shutdown();
  const read = (name: string) => Deno.readTextFile(`${into}/new/${name}`);
  const files = await Array.fromAsync(Deno.readDir(`${into}/new/boxes`), ({ name }) => name);
  const drawn = await Deno.readFile(`${into}/new/boxes/a.png`);
  const json = (await read("r.jsonl")).trim().split("\n").map((line) => JSON.parse(line));
  const results = JSON.parse(await read("r.json"));
  const html = await read("r.html");
  const csv = (await read("r.csv")).trim().split("\n");
  await Deno.remove(into, { recursive: true });

  const names = [`${photos}/a.png`, `${photos}/sub/a.png`, `${photos}/sub/a.png`, "-", url];
  assertEquals([code, stdout], [1, ""]);
  assertEquals(errors.slice(-2), [
    "1 of 6 images failed:",
    `  ${photos}/bad.png: ${errors.at(-1)!.split(": ").slice(1).join(": ")}`,
  ]);
  assertEquals(json.map(({ file }) => file), names);
  assertEquals(new Set(results.map((each: { image_id: number }) => each.image_id)).size, 5);
  assertEquals(csv.length - 1, json.flatMap(({ detections }) => detections).length);
  assertEquals([...html.matchAll(/<li data-name=/g)].length, 5);
  assertStringIncludes(html, "1 failed");
  assertEquals(files.sort(), ["a-2.png", "a.png", "stdin.png", "sub", "web.png"]);
  assertEquals(readHeader(drawn), readHeader(fruitImage()));
  assert(drawn.length !== fruitImage().length, "the image has no boxes");
});

Deno.test("detect passes --score, --iou, --max and --classes on, and stops at a wrong one", async () => {
  const found = async (...more: string[]) => {
    const { stdout } = await runWith(io, main, "--json", ...more, fruit);
    return JSON.parse(stdout).detections as { label: string; score: number }[];
  };
  const low = ["--score", "0.02", "--iou", "0.9"];
  const all = await found(...low);
  assert(all.length > 5 && all.some(({ score }) => score < 0.3), JSON.stringify(all));
  const some = await found(...low, "--max", "2", "--classes", "orange, banana");
  const classes = ["orange", "banana"];
  assertEquals(some, all.filter(({ label }) => classes.includes(label)).slice(0, 2));
  const wrong = await runWith(io, main, "--classes", "zebra", fruit, text);
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assertMatch(wrong.stderr, /^Cannot look for "zebra".*\n$/);
});

Deno.test("detect writes YOLO text, and never over an input", async () => {
  const into = await Deno.makeTempDir();
  await Deno.writeFile(`${into}/one.png`, fruitImage());
  await Deno.writeFile(`${into}/one.txt`, fruitImage());
  const args = [`${into}/one.png`, `${into}/one.txt`, "--format", "yolo", "--out", `${into}/`];
  assertEquals((await runWith(io, main, ...args)).code, 0);
  assertEquals(await Deno.readFile(`${into}/one.txt`), fruitImage());
  const lines = await Deno.readTextFile(`${into}/one-2.txt`);
  assertMatch(lines, /^7( 0\.\d{6}){4}\n(\d( 0\.\d{6}){4}\n)*$/); // 7: orange
  const classes = await Deno.readTextFile(`${into}/classes.txt`);
  assertEquals(classes.split("\n")[7], "orange");
  const printed = await runWith(io, main, "--format", "yolo", "--with-scores", fruit);
  assertMatch(printed.stdout, new RegExp(`^${lines.split("\n")[0]} 0\\.\\d{6}$`, "m"));
  const blocked = await runWith(io, main, fruit, "--out", `${into}/one.png/r.csv`);
  assertMatch(blocked.stderr, /^Cannot write \S+\/r\.csv as it cannot be created \(\w+\)\n$/);
  const many = await runWith(io, main, "--format", "yolo", fruit, fruit);
  assertStringIncludes(many.stderr, "with --out DIR/");
  await Deno.remove(into, { recursive: true });
});

Deno.test("detect keeps its results after Ctrl+C, and ends with code 130", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/main.ts", "detect", "--json", ...Array(200).fill(fruit)],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const first = await reader.read();
  child.kill("SIGINT");
  while (!(await reader.read()).done);
  const errors = await new Response(child.stderr).text();
  assertEquals((await child.status).code, 130);
  assertEquals(JSON.parse(new TextDecoder().decode(first.value).split("\n")[0]!).file, fruit);
  assertMatch(errors, /Stopped after \d+ of 200 images/);
});

const WRONG: [args: string[], message: RegExp][] = [
  [[], /no file was named/],
  [["--score", "2", "a.jpg"], /^--score 2: must be at most 1$/m],
  [["--score", "much", "a.jpg"], /^--score much: must be a number$/m],
  [["--score", "", "a.jpg"], /^--score "": must be a number$/m],
  [["--max", " ", "a.jpg"], /^--max {2}: must be a number$/m],
  [["--overlap", "", "a.jpg"], /^--overlap "": must be a number$/m],
  [["--scores", "cat:0x1", "a.jpg"], /^--scores cat:0x1: must be labels and numbers/m],
  [["--classes", "", "a.jpg"], /^--classes "": must be labels with commas between them$/m],
  [["--classes", ",", "a.jpg"], /^--classes ,: must be labels with commas between them$/m],
  [["--max", "2.5", "a.jpg"], /^--max 2.5: must be a whole number$/m],
  [["--engine", "cuda", "a.jpg"], /^--engine cuda: must be "auto" or "webgpu" or /m],
  [["--colour", "a.jpg"], /--colour/],
  [["--model", "nope", "a.jpg"], /Cannot load model "nope"/],
];

for (const [args, message] of WRONG) {
  Deno.test(`detect ${args.join(" ")} ends with code 1 and the reason`, async () => {
    const { code, stdout, stderr } = await runMain(main, ...args);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, message);
    assert(!stderr.includes("    at "), stderr);
  });
}
