import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/commands/detect.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { runMain } from "./run_main.ts";
import { runTask } from "./run_task.ts";

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

Deno.test("detect --svg draws the boxes over the image", async () => {
  assertEquals((await runMain(main, "--svg", fruit)).code, 0);
  const svg = await Deno.readTextFile(`${fruit}.svg`);
  assertStringIncludes(svg, 'viewBox="0 0 640 480"');
  assertMatch(svg, />orange \d+ %</);
});

const WRONG: [args: string[], message: RegExp][] = [
  [[], /no file was named/],
  [["--score", "2", "a.jpg"], /--score 2: /],
  [["--engine", "cuda", "a.jpg"], /--engine cuda: /],
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
