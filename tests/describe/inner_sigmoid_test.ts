import { create } from "@bufbuild/protobuf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readHints } from "../../src/commands/model/read_hints.ts";
import { chooseFamily } from "../../src/describe/choose_family.ts";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { sha256 } from "../../src/manifest/sha256.ts";
import {
  type GraphProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "../../src/planner/onnx_pb.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";
import { addConstant, addShape, floatType, writeGraph } from "./edit_graph.ts";

const { folder, manifest, goldens: [golden] } = (await goldenFolders()).find(({ name }) =>
  name === "own-anchors"
)!;
const whole = await Deno.readFile(new URL("model.onnx", folder));
const ANCHORS = {
  sizes: [[14, 22], [28, 44], [56, 88], [112, 176], [224, 352]],
  ratios: [0.4, 1, 2.5],
};
const LABELS = Array.from({ length: 91 }, (_, id) => `class ${id}`);

/** Gives the class head 91 classes, of which the added ones have low scores, and a sigmoid. */
function addSigmoid(graph: GraphProto) {
  addShape(graph, "pads", [0, 0, 0, 0, 0, 88]);
  addConstant(graph, "low", [], [-9]);
  const name = "scores";
  graph.node.push(
    create(NodeProtoSchema, {
      ...{ opType: "Pad", input: ["cls_logits", "pads", "low"], output: ["padded"] },
    }),
    create(NodeProtoSchema, { opType: "Sigmoid", input: ["padded"], output: [name] }),
  );
  graph.output = graph.output.map((output) =>
    output.name === "cls_logits"
      ? create(ValueInfoProtoSchema, { name, type: floatType() })
      : output
  );
}

Deno.test("91 classes with a sigmoid inside are described exactly without a named family", async (test) => {
  const graph = await writeGraph(whole, addSigmoid);
  const bytes = await Deno.readFile(graph);
  const hints = readHints(bytes);
  const session = await openGraph(graph);
  const facts = await probeGraph(session, hints);
  await session.close();
  assertEquals([facts.scores, facts.scoresProven], ["probabilities", true]);

  await test.step("names of weights tell torchvision", async () => {
    const { candidates: [family] } = chooseFamily(facts, hints, undefined);
    assertEquals(family?.family, "torchvision");
    const pinned = { file: "model.onnx", sha256: await sha256(bytes), bytes: bytes.length };
    const names = { id: "sigmoid", graph: pinned, labels: LABELS };
    const drafted = draftManifest(facts, family!, names, { anchors: ANCHORS });
    const draft = { ...drafted, resize: manifest.resize };
    assertEquals(await differencesFrom(golden!, draft, graph), []);
    const postprocess = { ...draft.postprocess, activation: "sigmoid" };
    const twice = await differencesFrom(golden!, { ...draft, postprocess }, graph);
    assert(twice.length > 0, "the golden notices a second sigmoid");
  });

  await test.step("without such names, the family is asked", () => {
    const bare = { ...hints, weights: ["v1", "v2"] };
    const outputs = { ...facts.outputs, scores: "o1", deltas: "o2" } as typeof facts.outputs;
    assertThrows(
      () => chooseFamily({ ...facts, outputs }, bare, undefined),
      TypeError,
      "name yours with --family, of torchvision",
    );
  });
  await Deno.remove(graph);
});
