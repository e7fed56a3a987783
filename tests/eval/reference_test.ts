import { assertEquals } from "@std/assert";
import type { CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import { type CocoFigures, evaluate } from "../../src/eval/evaluate.ts";
import { figuresTable } from "../../src/eval/figures_table.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";

function read<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(new URL(`coco-eval/${name}`, SHARED)));
}

/** Reads COCO's own sample: 100 images, and results for 99 of them. */
function readSample(): [truth: CocoDataset, results: CocoResult[]] {
  return [
    read("instances_val2014_100.json"),
    read("instances_val2014_fakebbox100_results.json"),
  ];
}

function toThreeDecimals(figures: CocoFigures): string[] {
  return figuresTable(figures).map(([, value]) => value.toFixed(3));
}

testUnless(
  missingShared("coco-eval"),
  "evaluate() returns COCO's published figures for all 100 images of its sample",
  () => {
    const [truth, results] = readSample();
    assertEquals(toThreeDecimals(evaluate(truth, results)), [
      ...["0.505", "0.697", "0.573", "0.586", "0.519", "0.501"],
      ...["0.387", "0.594", "0.595", "0.640", "0.566", "0.564"],
    ]);
  },
);

testUnless(
  missingShared("coco-eval"),
  "evaluate() returns pycocotools' figures for the 99 images that have results",
  () => {
    const [truth, results] = readSample();
    const imageIds = results.map((result) => result.image_id);
    // Higher than for all 100 images, because the truth of the image without results is not missed.
    assertEquals(toThreeDecimals(evaluate(truth, results, { imageIds })), [
      ...["0.507", "0.699", "0.575", "0.586", "0.519", "0.501"],
      ...["0.389", "0.596", "0.598", "0.640", "0.566", "0.564"],
    ]);
  },
);
