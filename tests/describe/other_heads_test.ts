import { create } from "@bufbuild/protobuf";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { anchorLevel, type AnchorRule, cellAnchors, levelGrid } from "../../src/core/anchors.ts";
import { HEAD_LAYOUTS, headShape } from "../../src/core/head_layout.ts";
import { readHints } from "../../src/commands/model/read_hints.ts";
import { chooseFamily } from "../../src/describe/choose_family.ts";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { FAMILIES, type Family } from "../../src/describe/families.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { sha256 } from "../../src/manifest/sha256.ts";
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "../../src/planner/onnx_pb.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";
import { addConstant, addShape, floatType, writeGraph } from "./edit_graph.ts";

// The golden graph of effdet in other forms: its heads hold the same numbers, so that the boxes of
// the framework stay right.

const effdet = (await goldenFolders()).find(({ name }) => name === "effdet")!;
const whole = await Deno.readFile(new URL("model.onnx", effdet.folder));
const [golden] = effdet.goldens;
const family = FAMILIES.find((each) => each.family === "effdet")!;
const rule: AnchorRule = effdet.manifest.anchors;
const SIZE = { width: 256, height: 256 };

/** Behaviour of effdet, with the anchors of torchvision. */
const otherAnchors = {
  ...family,
  behaviour: {
    ...family.behaviour,
    anchors:
      FAMILIES.flatMap(({ behaviour }) => "anchors" in behaviour ? [behaviour.anchors] : [])[0],
  },
} as Family;

/** Drafts the manifest of a graph as `model new` does. */
async function draftOf(graph: URL, behaviour: Family = family) {
  const bytes = await Deno.readFile(graph);
  const hints = readHints(bytes);
  const session = await openGraph(graph);
  try {
    const facts = await probeGraph(session, hints);
    const pinned = { file: "model.onnx", sha256: await sha256(bytes), bytes: bytes.length };
    const names = { id: "other", graph: pinned, labels: effdet.manifest.labels };
    return { facts, hints, draft: draftManifest(facts, behaviour, names) };
  } finally {
    await session.close();
  }
}

/** Gives all heads another layout: `[1, A·C, H, W]` becomes five dimensions. */
function splitHeads(graph: GraphProto, layout: typeof HEAD_LAYOUTS[number]) {
  graph.output = graph.output.map(({ name }, i) => {
    const channels = name.startsWith("class") ? effdet.manifest.labels.length : 4;
    const { stride } = rule.levels[i % 5]!;
    const grid = levelGrid(stride, SIZE);
    const sides = headShape("nachw", { anchors: 9, channels, ...grid });
    addShape(graph, `${name}_sides`, [1, ...sides]);
    const perm = [...layout].map((letter) => "nachw".indexOf(letter));
    graph.node.push(
      create(NodeProtoSchema, {
        ...{ opType: "Reshape", input: [name, `${name}_sides`], output: [`${name}_five`] },
      }),
      create(NodeProtoSchema, {
        ...{ opType: "Transpose", input: [`${name}_five`], output: [`${name}_split`] },
        attribute: [create(AttributeProtoSchema, {
          ...{ name: "perm", type: AttributeType.INTS, ints: perm.map(BigInt) },
        })],
      }),
    );
    return create(ValueInfoProtoSchema, { name: `${name}_split`, type: floatType() });
  });
}

for (const layout of HEAD_LAYOUTS.filter((each) => each.length === 5)) {
  Deno.test(`draftManifest() reproduces the boxes of effdet from ${layout} heads`, async () => {
    const graph = await writeGraph(whole, (graph) => splitHeads(graph, layout));
    const { draft, facts } = await draftOf(graph);
    assertEquals(facts.outputs.kind === "levels" && facts.outputs.layout, layout);
    assertEquals("outputs.deltas" in draft.guesses, false);
    assertEquals(await differencesFrom(golden!, draft, graph), []);
    const other = HEAD_LAYOUTS.find((each) => each !== layout && each.length === 5);
    const twin = { ...draft, outputs: { ...draft.outputs, layout: other } };
    await assertRejects(() => differencesFrom(golden!, twin, graph), Error, "in the manifest");
    await Deno.remove(graph);
  });
}

/** Lists the anchors of a level as effdet does: y1, x1, y2, x2. */
function tableOf(level: number): number[] {
  const grid = levelGrid(rule.levels[level]!.stride, SIZE);
  const anchors = anchorLevel(rule, level, SIZE, grid);
  const anchor = new Float64Array(4);
  return Array.from({ length: grid.width * grid.height * 9 }, (_, index) => {
    anchors.write(index, anchor);
    return [anchor[1]!, anchor[0]!, anchor[3]!, anchor[2]!];
  }).flat();
}

/** Lists the anchors of one cell of a level as effdet does: y1, x1, y2, x2. */
function cellOf(level: number): number[] {
  const { stride } = rule.levels[level]!;
  const corners = cellAnchors(rule, level, stride);
  // Entry i of a row is its entry 1, 0, 3 or 2, moved to the centre of the cell.
  return [...corners.keys()].map((i) => corners[i % 2 === 0 ? i + 1 : i - 1]! + stride / 2);
}

const FORMS: readonly [claim: string, change: (graph: GraphProto) => void][] = [
  ["a table per level", (graph) => {
    for (let i = 0; i < 5; i++) addConstant(graph, `a${i}`, [tableOf(i).length / 4, 4], tableOf(i));
  }],
  ["the cells of all levels, coarsest first", (graph) => {
    for (let i = 4; i >= 0; i--) addConstant(graph, `cell${i}`, [9, 4], cellOf(i), "floats");
  }],
  ["one constant of cells", (graph) => {
    addConstant(graph, "cells", [5, 9, 4], [0, 1, 2, 3, 4].flatMap(cellOf));
  }],
  ["a table per level as outputs", (graph) => {
    for (let i = 0; i < 5; i++) {
      addConstant(graph, `t${i}`, [1, tableOf(i).length / 4, 4], tableOf(i));
      graph.node.push(
        create(NodeProtoSchema, { opType: "Identity", input: [`t${i}`], output: [`anchors_${i}`] }),
      );
      const output = create(ValueInfoProtoSchema, { name: `anchors_${i}`, type: floatType() });
      graph.output.push(output);
    }
  }],
];

for (const [claim, change] of FORMS) {
  Deno.test(`draftManifest() reproduces the boxes of effdet from ${claim}`, async () => {
    const graph = await writeGraph(whole, change);
    const { draft } = await draftOf(graph, otherAnchors);
    assertMatch(draft.guesses["anchors"]!, /^suggested: read from the constants? "/);
    assertEquals(await differencesFrom(golden!, draft, graph), []);
    await Deno.remove(graph);
  });
}

Deno.test("draftManifest() gives other boxes without the constants of effdet", async () => {
  const graph = new URL("model.onnx", effdet.folder);
  const { draft } = await draftOf(graph, otherAnchors);
  assertMatch(draft.guesses["anchors"]!, /^assumed: /);
  assert((await differencesFrom(golden!, draft, graph)).length > 0, "the golden notices");
});

/** Names of effdet's weights: effdet/efficientdet.py, `HeadNet.predict` of `class_net`, `box_net`. */
const WEIGHTS: Readonly<Record<string, string>> = {
  "logits.weight": "class_net.predict.conv_pw.weight",
  "deltas.weight": "box_net.predict.conv_pw.weight",
};

/** Gives outputs the numbers that exporters give, and weights other names. */
function renameAll(graph: GraphProto, weights: Readonly<Record<string, string>>) {
  const names = new Map([
    ...graph.output.map(({ name }, i): [string, string] => [name, `${1200 + 7 * i}`]),
    ...Object.entries(weights),
  ]);
  const renamed = (name: string) => names.get(name) ?? name;
  for (const each of [...graph.initializer, ...graph.output]) each.name = renamed(each.name);
  for (const node of graph.node) {
    node.input = node.input.map(renamed);
    node.output = node.output.map(renamed);
  }
}

Deno.test("chooseFamily() is told effdet by weights, if outputs are not named", async () => {
  const graph = await writeGraph(whole, (graph) => renameAll(graph, WEIGHTS));
  const { facts, hints, draft } = await draftOf(graph);
  const { candidates, evidence } = chooseFamily(facts, hints, undefined);
  assertEquals(candidates.map((each) => each.family), ["effdet"]);
  assertMatch(evidence!, /class_net|box_net/);
  assertEquals(await differencesFrom(golden!, draft, graph), []);
  await Deno.remove(graph);
});

Deno.test("chooseFamily() is told mmdetection by its golden graph, whose outputs are not named", async () => {
  const folder = new URL("../parity/goldens/mmdetection/", import.meta.url);
  const graph = new URL("model.onnx", folder);
  const hints = readHints(await Deno.readFile(graph));
  const session = await openGraph(graph);
  const facts = await probeGraph(session, hints);
  await session.close();
  assertMatch(session.outputs[0]!.name, /^\d+$|output/);
  const { outputs } = facts;
  assertEquals(outputs.kind === "levels" && [outputs.evidence, outputs.classes], ["weights", 5]);
  const { candidates, others } = chooseFamily(facts, hints, undefined);
  assertEquals(candidates.map((each) => each.family), ["mmdetection"]);
  assertEquals(others(candidates[0]!), ["detectron2"]);
});
