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
      images: [{ id: 1, file_name: "fruit.png", width: 640, height: 480 }],
      categories: [{ id: 8, name: "orange" }],
      annotations: [{ id: 1, image_id: 1, category_id: 8, bbox, area: 70_686, iscrowd: 0 }],
    }),
  );
  const { code, stdout } = await runTask(
    "eval",
    ...["--images", folder, "--annotations", `${folder}/truth.json`, "--json"],
    ...["--save", `${folder}/results.json`],
  );
  assertEquals(code, 0);
  assertAlmostEquals(JSON.parse(stdout).ap50, 1, 1e-9);
  const [{ image_id, category_id }] = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
  assertEquals([image_id, category_id], [1, 8]);
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
