import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { chooseFamily } from "../../src/describe/choose_family.ts";
import type { GraphFacts } from "../../src/describe/graph_facts.ts";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";

const JOINED: GraphFacts = {
  input: { name: "images", type: "float32", layout: "nchw", batch: 1, size: null },
  outputs: {
    kind: "joined",
    scores: "o0",
    deltas: "o1",
    anchors: null,
    space: "input",
    decoded: false,
    form: "xyxy",
    counts: [{ size: { width: 384, height: 256 }, rows: 18_414 }],
    classes: 3,
    evidence: "channels",
    transposed: false,
    packed: null,
    boxConstants: [],
  },
  scores: "logits",
  scoresProven: true,
  background: null,
};

const TOLD: readonly [weight: string, family: string][] = [
  ["head.classification_head.conv.2.weight", "torchvision"], // before 0.15
  ["head.classification_head.conv.1.0.weight", "torchvision"],
  ["m.head.classification_head.cls_logits.weight", "torchvision"],
  ["model.head.cls_score.weight", "detectron2"],
  ["retinanet/classification_submodel/pyramid_classification/Conv2D", "keras-retinanet"],
  ["model.class_net.predict.conv_pw.weight", "effdet"],
  ["bbox_head.retina_cls.weight", "mmdetection"],
];

for (const [weight, family] of TOLD) {
  Deno.test(`chooseFamily() is told ${family} by the weight ${weight}`, () => {
    for (const scores of ["logits", "probabilities"] as const) {
      const { candidates, evidence } = chooseFamily(
        { ...JOINED, scores },
        { ...NO_HINTS, weights: ["conv.weight", weight] },
        undefined,
      );
      assertEquals(candidates[0]?.family, family);
      assertMatch(evidence!, /the graph has the name/);
    }
  });
}

const ASKED: readonly [claim: string, weights: readonly string[], message: RegExp][] = [
  ["no telling name", ["conv.weight"], /No name in the graph suggests one/],
  [
    "names of another head of MMDetection",
    ["bbox_head.atss_cls.weight"],
    /is one of MMDetection's for which there is no family/,
  ],
  [
    "names of FCOS of torchvision",
    ["head.classification_head.conv.0.weight", "head.regression_head.bbox_ctrness.weight"],
    /is one of torchvision FCOS's for which there is no family/,
  ],
  [
    "group norms of FCOS of torchvision",
    ["head.classification_head.conv.0.weight", "head.classification_head.conv.1.weight"],
    /is one of torchvision FCOS's for which there is no family/,
  ],
  [
    "names of SSD of torchvision",
    ["head.classification_head.module_list.0.weight"],
    /is one of torchvision SSD's for which there is no family/,
  ],
  [
    "names of two frameworks",
    ["head.classification_head.conv.weight", "head.cls_score.weight"],
    /suggests torchvision or torchvision-0\.14 or detectron2/,
  ],
];

for (const [claim, weights, message] of ASKED) {
  Deno.test(`chooseFamily() asks about joined heads with ${claim}`, () => {
    const hints = { ...NO_HINTS, weights };
    const error = assertThrows(() => chooseFamily(JOINED, hints, undefined), TypeError);
    assertMatch(error.message, /other colours, scales and anchors: name yours with --family/);
    assertMatch(error.message, message);
    assertEquals(chooseFamily(JOINED, hints, "detectron2").candidates[0]?.family, "detectron2");
  });
}

/** Heads per level of the same graph. */
const LEVELS: GraphFacts = {
  ...JOINED,
  outputs: {
    kind: "levels",
    layout: "nchw",
    scores: ["o0", "o2"],
    deltas: ["o1", "o3"],
    strides: [8, 16],
    perCell: 9,
    classes: 3,
    evidence: "channels",
    size: { width: 384, height: 256 },
    boxConstants: [],
  },
};

/** Families of heads per level. Null: other code may use such names, so that `model new` asks. */
const TOLD_LEVELS: readonly [weight: string, family: string | null][] = [
  ["bbox_head.retina_cls.weight", "mmdetection"],
  ["model.box_net.predict.conv_pw.weight", "effdet"],
  ["model.head.cls_score.weight", null],
  ["m.head.classification_head.cls_logits.weight", null],
  ["bbox_head.atss_reg.weight", null],
  ["conv.weight", null],
];

for (const [weight, family] of TOLD_LEVELS) {
  Deno.test(`chooseFamily() ${family === null ? "asks about" : `is told ${family} by`} heads per level with ${weight}`, () => {
    const hints = { ...NO_HINTS, weights: [weight] };
    if (family !== null) {
      const { candidates, evidence } = chooseFamily(LEVELS, hints, undefined);
      assertEquals([candidates.map((each) => each.family), evidence], [
        ...[[family], `the graph has the name "${weight}"`],
      ]);
      return;
    }
    const error = assertThrows(() => chooseFamily(LEVELS, hints, undefined), TypeError);
    assertMatch(error.message, /name yours with --family, of .*detectron2.*odtk.*mmdetection/);
  });
}

/** A weight of each network of `training/`. All have the same names of outputs. */
const TRAINED: readonly [weight: string, family: string][] = [
  ["backbone.blocks.4.layers.0.weight", "retinanet-edge"],
  ["backbone.blocks.4.expand.weight", "retinanet-edge-dense"],
  ["backbone.stages.2.0.reduce.weight", "retinanet-edge-paper"],
];

/** Outputs with the names that `training/graph.py` gives. */
const LOGITS_P: GraphFacts = {
  ...LEVELS,
  outputs: { ...LEVELS.outputs, scores: ["logits_p3", "logits_p4"] } as GraphFacts["outputs"],
};

for (const [weight, family] of TRAINED) {
  Deno.test(`chooseFamily() tells ${family} from its siblings by ${weight}`, () => {
    const hints = { ...NO_HINTS, weights: ["backbone.stem.weight", weight] };
    const { candidates, others } = chooseFamily(LOGITS_P, hints, undefined);
    assertEquals(candidates.map((each) => each.family), [family]);
    assertEquals(others(candidates[0]!).filter((each) => each.startsWith("retinanet-edge")), []);
  });
}

Deno.test("chooseFamily() asks which sibling wrote logits_p3 if the weights have other names", () => {
  assertThrows(
    () => chooseFamily(LOGITS_P, { ...NO_HINTS, weights: ["onnx::Conv_1"] }, undefined),
    TypeError,
    "suggests retinanet-edge or retinanet-edge-dense or retinanet-edge-paper",
  );
});

Deno.test("chooseFamily() asks about heads per level with names of two frameworks", () => {
  const weights = ["bbox_head.retina_cls.weight", "class_net.predict.conv_pw.weight"];
  const hints = { ...NO_HINTS, weights };
  assertThrows(() => chooseFamily(LEVELS, hints, undefined), TypeError, "--family");
});
