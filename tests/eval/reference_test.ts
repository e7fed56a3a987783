import { assertEquals } from "@std/assert";
import type { CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import { type CocoFigures, evaluate } from "../../src/eval/evaluate.ts";
import { figuresTable } from "../../src/eval/figures_table.ts";

const FOLDER = new URL("../../../shared/coco-eval/", import.meta.url);

function isThere(folder: URL): boolean {
  try {
    return Deno.statSync(folder).isDirectory;
  } catch {
    return false;
  }
}

const SKIPPED = isThere(FOLDER) ? "" : " (skipped: ../shared/coco-eval is not here)";

function read<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(name, FOLDER)));
}

/** COCO's own sample: 100 images, and results for 99 of them. */
function readSample(): [truth: CocoDataset, results: CocoResult[]] {
  return [
    read("instances_val2014_100.json"),
    read("instances_val2014_fakebbox100_results.json"),
  ];
}

function toThreeDecimals(figures: CocoFigures): string[] {
  return figuresTable(figures).map(([, value]) => value.toFixed(3));
}

Deno.test({
  name: `evaluate() gives COCO's published figures on all 100 images of its sample${SKIPPED}`,
  ignore: !isThere(FOLDER),
  fn() {
    const [truth, results] = readSample();
    assertEquals(toThreeDecimals(evaluate(truth, results)), [
      ...["0.505", "0.697", "0.573", "0.586", "0.519", "0.501"],
      ...["0.387", "0.594", "0.595", "0.640", "0.566", "0.564"],
    ]);
  },
});

Deno.test({
  name: `evaluate() gives pycocotools' figures on the 99 images that have results${SKIPPED}`,
  ignore: !isThere(FOLDER),
  fn() {
    const [truth, results] = readSample();
    const imageIds = results.map((result) => result.image_id);
    // The truth of the image without results is not missed here.
    assertEquals(toThreeDecimals(evaluate(truth, results, { imageIds })), [
      ...["0.507", "0.699", "0.575", "0.586", "0.519", "0.501"],
      ...["0.389", "0.596", "0.598", "0.640", "0.566", "0.564"],
    ]);
  },
});
