import { assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../../src/commands/eval.ts";
import { figuresTable } from "../../src/eval/figures_table.ts";
import { randomFigures, randomResults, randomTruth } from "../eval/random_golden.ts";
import { fruitImage, ORANGE } from "../sample_images/fruit_image.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";
import { runMain } from "./run_main.ts";
import { runTask } from "./run_task.ts";

Deno.test("eval --detections prints the figures of the reference evaluator for random boxes", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/truth.json`, JSON.stringify(randomTruth));
  await Deno.writeTextFile(`${folder}/results.json`, JSON.stringify(randomResults));
  const figures = await figuresOf(`${folder}/truth.json`, `${folder}/results.json`);
  await Deno.remove(folder, { recursive: true });
  assertEquals(figures, figuresTable(randomFigures).map(([, value]) => value.toFixed(3)));
});

const TRUTH = "coco-eval/instances_val2014_100.json";
const RESULTS = "coco-eval/instances_val2014_fakebbox100_results.json";

testUnless(
  missingShared(TRUTH) ?? missingShared(RESULTS),
  "eval --detections prints the figures of the reference evaluator for COCO's sample",
  async () => {
    const [truth, results] = [new URL(TRUTH, SHARED), new URL(RESULTS, SHARED)];
    assertEquals(await figuresOf(truth.pathname, results.pathname), [
      ...["0.505", "0.697", "0.573", "0.586", "0.519", "0.501"],
      ...["0.387", "0.594", "0.595", "0.640", "0.566", "0.564"],
    ]);
  },
);

async function figuresOf(truth: string, results: string): Promise<string[]> {
  const args = ["--annotations", truth, "--detections", results];
  const { code, stdout } = await runMain(main, ...args);
  assertEquals(code, 0);
  return [...stdout.matchAll(/\] = (\S+)$/gm)].map(([, figure]) => figure!);
}

Deno.test("deno task eval measures the model on a data set of one drawn orange", async () => {
  const folder = await Deno.makeTempDir();
  const { x, y, radius } = ORANGE;
  const bbox = [x - radius, y - radius, 2 * radius, 2 * radius];
  await Deno.writeFile(`${folder}/fruit.png`, fruitImage());
  await Deno.writeTextFile(
    `${folder}/truth.json`,
    JSON.stringify({
      images: [
        { id: 1, file_name: "fruit.png", width: 640, height: 480 },
        { id: 2, file_name: "lost.png", width: 640, height: 480 },
      ],
      categories: [{ id: 8, name: "orange" }],
      annotations: [{ id: 1, image_id: 1, category_id: 8, bbox, area: 70_686, iscrowd: 0 }],
    }),
  );
  const { code, stdout, stderr } = await runTask(
    "eval",
    ...["--images", folder, "--annotations", `${folder}/truth.json`, "--json"],
    ...["--save", `${folder}/results.json`, "--plots", `${folder}/plots`],
  );
  assertEquals(code, 0);
  const report = JSON.parse(stdout);
  assertAlmostEquals(report.ap50, 1, 1e-9);
  assertEquals([report.threshold, report.atThreshold.recall], [0.38, 1]); // of the manifest
  assertEquals(report.confusion.counts[0][0], 1);
  const used = report.byScore.filter(({ results }: { results: number }) => results > 0);
  assertEquals(used.at(-1).precision, 1); // the orange has the highest score
  const [{ image_id, category_id }] = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
  assertEquals([image_id, category_id], [1, 8]);
  assertStringIncludes(stderr, "skipped 1 of 2 images");
  assertStringIncludes(stderr, "lost.png");
  const curves = await Deno.readTextFile(`${folder}/plots/precision-recall.svg`);
  assertStringIncludes(curves, ">orange<");
});

Deno.test("eval names a missing option and a file that it cannot read", async () => {
  const without = await runMain(main);
  assertEquals(without.code, 1);
  assertStringIncludes(without.stderr, "--annotations is missing");
  const wrong = await runMain(
    main,
    "--annotations",
    new URL("../../deno.json", import.meta.url).pathname,
  );
  assertEquals(wrong.code, 1);
  assertMatch(wrong.stderr, /as COCO: images: /);
});

const SQUARE = [0, 0, 10, 10];
const CATS = {
  images: [{ id: 1, file_name: "one.png", width: 40, height: 30 }],
  categories: [{ id: 1, name: "cat" }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: SQUARE, area: 100, iscrowd: 0 }],
};

/** Runs eval on a truth, on the drawn image `one.png`, and on two results: a hit and an error. */
async function evalCats(truth: unknown, ...args: string[]) {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/one.png`, fruitImage());
  await Deno.writeTextFile(`${folder}/truth.json`, JSON.stringify(truth));
  const result = { image_id: 1, category_id: 1, bbox: SQUARE, score: 0.4 };
  const wrong = { ...result, bbox: [20, 20, 9, 9], score: 0.9 };
  await Deno.writeTextFile(`${folder}/results.json`, JSON.stringify([result, wrong]));
  const paths = args.map((arg) => arg.replace("DIR", folder));
  const outcome = await runMain(main, "--annotations", `${folder}/truth.json`, ...paths);
  const files = [];
  for await (const { name } of Deno.readDir(folder)) files.push(name);
  await Deno.remove(folder, { recursive: true });
  return { ...outcome, files };
}

const RESULTS_ARGS = ["--detections", "DIR/results.json"];

Deno.test("eval prints precision, recall and the best threshold of each class", async () => {
  const { stdout } = await evalCats(CATS, ...RESULTS_ARGS, "--threshold", "0.3");
  // Two are reported, one is correct; F1 is 2 / (2 + 1), also at the best threshold, .39.
  assertMatch(stdout, /cat\s+│ +1 │ +2 │ +0\.500 │ +1\.000 │ +0\.667 │ +0\.39 /);
  assertMatch(stdout, /\(nothing\) │ +1 │ +0 │/);
});

Deno.test("eval --plots draws the false positives and the misses", async () => {
  const { code, files } = await evalCats(
    CATS,
    ...RESULTS_ARGS,
    "--images",
    "DIR",
    "--plots",
    "DIR",
  );
  assertEquals(code, 0);
  // At .5, the threshold without a model, the hit of score .4 is a miss.
  assertEquals(files.filter((name) => name.endsWith(".svg")).sort(), [
    "false-positive-01.svg",
    "miss-01.svg",
    "precision-recall.svg",
  ]);
});

Deno.test("eval refuses categories that the model does not have or spells differently", async () => {
  const of = (name: string) => ({ ...CATS, categories: [{ id: 1, name }] });
  const other = await evalCats(of("zebra"), "--images", "DIR");
  assertEquals(other.code, 1);
  assertStringIncludes(other.stderr, "no category of the truth is a label of the model");
  const upper = await evalCats(of("Cat"), "--images", "DIR");
  assertEquals(upper.code, 1);
  assertStringIncludes(upper.stderr, `"Cat" (the model has "cat")`);
});

Deno.test("eval refuses missing images: all, with --strict any", async () => {
  const [image] = CATS.images;
  const lost = { ...image!, id: 2, file_name: "lost.png" };
  const none = await evalCats({ ...CATS, images: [lost], annotations: [] }, "--images", "DIR");
  assertEquals(none.code, 1);
  assertStringIncludes(none.stderr, "Cannot open 1 of 1 images");
  const some = { ...CATS, images: [lost, image] };
  const strict = await evalCats(some, "--images", "DIR", "--strict");
  assertEquals(strict.code, 1);
  assertMatch(strict.stderr, /Cannot open 1 of 2 images, .* lost\.png\. Without --strict/);
});

Deno.test("eval refuses a threshold below the lowest score of the detections", async () => {
  const given = await evalCats(CATS, "--images", "DIR", "--threshold", "0.01");
  assertEquals(given.code, 1);
  assertMatch(
    given.stderr,
    /threshold of 0\.01 as .* --score of 0\.05 are dropped: lower --score$/m,
  );
  // The threshold of the model is lower than .6.
  const own = await evalCats(CATS, "--images", "DIR", "--score", "0.6");
  assertEquals(own.code, 1);
  assertMatch(
    own.stderr,
    /threshold of 0\.\d+ \(default of the model\) .* --threshold of at least 0\.6$/m,
  );
});

Deno.test("eval --detections measures at any threshold, as no detection is dropped", async () => {
  const { code, stdout } = await evalCats(CATS, ...RESULTS_ARGS, "--threshold", "0.02", "--json");
  assertEquals([code, JSON.parse(stdout).threshold], [0, 0.02]);
});

Deno.test("eval --detections refuses options that have no effect, by name", async () => {
  const unused = [
    ["--score", "0.05"],
    ["--tiles", "2x2"],
    ["--overlap", "0.1"],
    ["--merge", "nms"],
    ["--whole", "true"],
    ["--engine", "auto"],
    ["--model", "everyday8"],
    ["--images", "DIR"],
    ["--strict"],
  ];
  for (const args of unused) {
    const { code, stderr } = await evalCats(CATS, ...RESULTS_ARGS, ...args);
    assertEquals(code, 1);
    assertStringIncludes(stderr, `leave out ${args[0]}`);
  }
  const all = await evalCats(CATS, ...RESULTS_ARGS, ...unused.flat());
  assertStringIncludes(all.stderr, "with --score, --tiles, --overlap");
});
