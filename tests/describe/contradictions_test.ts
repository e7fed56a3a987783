import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { chooseFamily } from "../../src/describe/choose_family.ts";
import type { GraphFacts } from "../../src/describe/graph_facts.ts";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { levelsFacts } from "../../src/describe/levels_facts.ts";
import type { ProbedOutput } from "../../src/describe/probed_output.ts";
import { seededRandom } from "../random.ts";

/** Facts about a graph that applies NMS, without telling names of outputs. */
function finished(input: Partial<GraphFacts["input"]>, batched: boolean): GraphFacts {
  return {
    input: {
      ...{ name: "images", type: "float32", layout: "nchw", batch: 1, size: null } as const,
      ...input,
    },
    outputs: {
      kind: "finished",
      ...{ boxes: "b", scores: "s", labels: "l", count: null, batched } as const,
      ...{ space: "input", form: null, classIds: [] } as const,
    },
    scores: null,
    scoresProven: true,
    background: null,
  };
}

const WHOLE = finished({ batch: null }, false);

/** Families of graphs with NMS, by the name of a weight. Null: `model new` must ask. */
const TOLD: readonly [weight: string, facts: GraphFacts, family: string | null][] = [
  ["conv.weight", WHOLE, "torchvision-whole"],
  ["model.head.classification_head.conv.weight", WHOLE, "torchvision-whole"],
  ["model.head.cls_score.weight", WHOLE, "detectron2-whole"],
  ["bbox_head.retina_cls.weight", finished({}, true), "mmdeploy"],
  ["conv.weight", finished({}, true), null],
  ["class_net.predict.conv_pw.weight", WHOLE, null],
  ["backbone.cls_head.0.weight", WHOLE, null],
];

for (const [weight, facts, family] of TOLD) {
  Deno.test(`chooseFamily() ${family ? "takes" : "asks about"} detections with ${weight}`, () => {
    const hints = { ...NO_HINTS, weights: [weight] };
    if (family === null) {
      assertThrows(() => chooseFamily(facts, hints, undefined), TypeError, "--family");
    } else {
      assertEquals(chooseFamily(facts, hints, undefined).candidates[0]?.family, family);
    }
  });
}

Deno.test("chooseFamily() asks if weights and outputs have names of different frameworks", () => {
  const facts: GraphFacts = {
    ...WHOLE,
    outputs: {
      kind: "joined",
      ...{ scores: "cls_logits", deltas: "bbox_regression", anchors: null } as const,
      ...{ space: "input", decoded: false, form: "xyxy", classes: 3 } as const,
      counts: [{ size: { width: 384, height: 256 }, rows: 18_414 }],
      ...{ evidence: "names", transposed: false, packed: null, boxConstants: [] } as const,
    },
    scores: "logits",
  };
  const choose = (weight: string) =>
    chooseFamily(facts, { ...NO_HINTS, weights: [weight] }, undefined);
  assertEquals(choose("head.classification_head.conv").candidates[0]?.family, "torchvision");
  const { message } = assertThrows(() => choose("head.cls_score.weight"), TypeError);
  assertMatch(message, /"head\.cls_score\.weight" and "cls_logits" contradict each other/);
});

const SIZE = { width: 96, height: 64 };

/** Creates a head of 36 channels around a mean. */
function head(name: string, stride: number, mean: number): ProbedOutput {
  const random = seededRandom(name.length + stride);
  const shape = [1, 36, SIZE.height / stride, SIZE.width / stride];
  const length = shape.reduce((product, side) => product * side, 1);
  const run = () => ({ data: Float32Array.from({ length }, () => mean + random() - 0.5), shape });
  return { name, type: "float32", runs: [run(), run()] };
}

Deno.test("levelsFacts() tells heads whose order differs from level to level", () => {
  const outputs = [head("a", 8, -4), head("b", 8, 0), head("c", 16, 0), head("d", 16, -4)];
  const facts = levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] });
  assertEquals([facts?.scores, facts?.deltas], [["a", "d"], ["b", "c"]]);
  const asked = levelsFacts(outputs, SIZE, NO_HINTS, { scores: ["b", "c"] });
  assertEquals(asked?.scores, ["b", "c"], "the caller decides");
});

Deno.test("levelsFacts() refuses such an order if a level tells nothing", () => {
  const unclear = [
    ...[head("a", 8, -4), head("b", 8, 0), head("c", 16, 0), head("d", 16, -4)],
    ...[head("e", 32, 0), head("f", 32, 0)],
  ];
  assertThrows(
    () => levelsFacts(unclear, SIZE, NO_HINTS, { scores: [] }),
    DomainError,
    '"e" and "f"',
  );
});
