import { assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { outputFacts } from "../../src/describe/output_facts.ts";
import type { ProbedOutput } from "../../src/describe/probed_output.ts";
import { NO_WISHES } from "../../src/describe/which_head.ts";
import { seededRandom } from "../random.ts";

// Outputs of the same form: names decide, not positions.

const SIZE = { width: 384, height: 256 };
const random = seededRandom(5);

/** Creates an output of random numbers. Those of an integer type are from 0 to 2. */
function output(name: string, shape: readonly number[], type = "float32"): ProbedOutput {
  const length = shape.reduce((product, side) => product * side, 1);
  const next = type === "float32" ? random : () => Math.floor(3 * random());
  const run = () => ({ data: Float32Array.from({ length }, next), shape: [...shape] });
  return { name, type, runs: [run(), run()] };
}

function describe(outputs: readonly ProbedOutput[], wanted: readonly string[] = []) {
  return outputFacts(outputs, SIZE, NO_HINTS, { ...NO_WISHES, scores: wanted }).facts;
}

const BOXES = output("boxes", [7, 4]);
const SCORES = output("scores", [7]);
const LABELS = output("labels", [7], "int64");

const FINISHED: readonly [claim: string, outputs: readonly ProbedOutput[]][] = [
  ["an integer output before the labels", [BOXES, output("keep", [7], "int64"), LABELS, SCORES]],
  ["a float output before the scores", [BOXES, output("areas", [7]), SCORES, LABELS]],
];

for (const [claim, outputs] of FINISHED) {
  Deno.test(`outputFacts() takes scores and labels by their names, with ${claim}`, () => {
    const facts = describe(outputs);
    assertEquals(facts.kind === "finished" && [facts.scores, facts.labels], ["scores", "labels"]);
  });
}

Deno.test("outputFacts() takes the eight outputs of TensorFlow's exporter as detections", () => {
  // In the order of object_detection/exporter_lib_v2.py, which sorts them by name.
  const outputs = [
    output("detection_anchor_indices", [1, 100]),
    output("detection_boxes", [1, 100, 4]),
    output("detection_classes", [1, 100]),
    output("detection_multiclass_scores", [1, 100, 91]),
    output("detection_scores", [1, 100]),
    output("num_detections", [1]),
    output("raw_detection_boxes", [1, 1917, 4]),
    output("raw_detection_scores", [1, 1917, 91]),
  ];
  const { kind, boxes, scores, labels, count } = describe(outputs) as never;
  assertEquals(
    [kind, boxes, scores, labels, count],
    ["finished", "detection_boxes", "detection_scores", "detection_classes", "num_detections"],
  );
});

Deno.test("outputFacts() asks if two outputs may hold the scores of detections", () => {
  const outputs = [BOXES, output("a", [7]), output("b", [7]), LABELS];
  const asked = () => describe(outputs);
  assertThrows(asked, DomainError, '"a" and "b" holds the scores');
  const facts = describe(outputs, ["b"]);
  assertEquals(facts.kind === "finished" && facts.scores, "b");
});

Deno.test("outputFacts() refuses one score and one label for each anchor", () => {
  const [rows, four] = [[18_414], [18_414, 4]];
  const outputs = [output("boxes", four), output("scores", rows), output("labels", rows, "int64")];
  assertThrows(() => describe(outputs), DomainError, '"boxes" has 18414 rows, one for each anchor');
});

Deno.test("outputFacts() takes the class head by its name, with an embedding before it", () => {
  const rows = 2046;
  const deltas = output("bbox_regression", [1, rows, 4]);
  const heads = (...names: string[]) =>
    names.map((name, i) => output(name, [1, rows, 16 - 10 * i]));
  const facts = describe([...heads("embedding", "cls_logits"), deltas]);
  assertEquals(facts.kind === "joined" && [facts.scores, facts.classes, facts.evidence], [
    ...["cls_logits", 6, "names"] as const,
  ]);
  const unnamed = [...heads("x", "y"), deltas];
  assertThrows(() => describe(unnamed), DomainError, '"x" and "y" holds the scores');
  const wanted = describe(unnamed, ["y"]);
  assertEquals(wanted.kind === "joined" && wanted.scores, "y");
});

Deno.test("outputFacts() takes heads although lists beside them have names that tell nothing", () => {
  const rows = 18_414;
  const facts = describe([
    output("cls_logits", [1, rows, 6]),
    output("bbox_regression", [1, rows, 4]),
    ...["a", "b"].map((name) => output(name, [1, rows])),
    output("level", [1, rows], "int64"),
  ]);
  assertEquals(facts.kind === "joined" && facts.scores, "cls_logits");
});
