import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { AnchorWishes } from "../../src/describe/choose_pyramid.ts";
import { draftManifest } from "../../src/describe/draft_manifest.ts";
import { FAMILIES } from "../../src/describe/families.ts";
import type { GraphFacts, JoinedFacts } from "../../src/describe/graph_facts.ts";
import { probeGraph } from "../../src/describe/probe_graph.ts";
import { differencesFrom, openGraph } from "../parity/detect_golden.ts";
import { goldenFolders } from "../parity/golden_folders.ts";

const FOLDERS = (await goldenFolders()).filter(({ name }) =>
  ["own-anchors", "transposed-heads", "packed-heads"].includes(name)
);
const OWN: AnchorWishes = {
  sizes: [[14, 22], [28, 44], [56, 88], [112, 176], [224, 352]],
  ratios: [0.4, 1, 2.5],
};

type GoldenFolder = typeof FOLDERS[number];

/** Probes the graph of a golden folder. */
async function factsOf({ folder, manifest }: GoldenFolder): Promise<GraphFacts> {
  const session = await openGraph(new URL(manifest.graph.file, folder));
  try {
    return await probeGraph(session);
  } finally {
    await session.close();
  }
}

/** Drafts torchvision's manifest, with the resize that the model was trained with. */
function draftOf({ manifest }: GoldenFolder, facts: GraphFacts, anchors: AnchorWishes) {
  const torchvision = FAMILIES.find(({ family }) => family === "torchvision")!;
  const { id, graph, labels, resize } = manifest;
  return { ...draftManifest(facts, torchvision, { id, graph, labels }, { anchors }), resize };
}

for (const each of FOLDERS) {
  const { name, folder, manifest, goldens } = each;
  const graph = new URL(manifest.graph.file, folder);

  Deno.test(`draftManifest() with sizes and ratios reproduces the boxes of ${name}`, async () => {
    const facts = await factsOf(each);
    const draft = draftOf(each, facts, OWN);
    for (const golden of goldens) assertEquals(await differencesFrom(golden, draft, graph), []);
    const [golden] = goldens;
    const assumed = draftOf(each, facts, {});
    assertMatch(
      assumed.guesses["anchors"]!,
      /^assumed: .* strides 4, 8, 16, 32, 64 with 6 anchors/,
    );
    assert((await differencesFrom(golden!, assumed, graph)).length > 0, "the golden notices");
  });
}

/** Facts about joined heads with a number of rows at 512x512. */
function factsWith(rows: number): GraphFacts {
  const outputs: JoinedFacts = {
    kind: "joined",
    scores: "scores",
    deltas: "deltas",
    anchors: null,
    space: "input",
    decoded: false,
    form: "xyxy",
    counts: [{ size: { width: 512, height: 512 }, rows }],
    classes: 3,
    evidence: "channels",
    transposed: false,
    packed: null,
    boxConstants: [],
  };
  const size = { width: 512, height: 512 };
  const input = { name: "images", type: "float32", layout: "nchw", batch: 1, size } as const;
  return { input, outputs, scores: "logits", scoresProven: true, background: null };
}

/** Cells of P3 to P7 at 512x512: 64² + 32² + 16² + 8² + 4². */
const CELLS = 5456;

/** Drafts the anchors for a number of rows. */
function anchorsFor(rows: number, anchors: AnchorWishes = {}) {
  const torchvision = FAMILIES.find(({ family }) => family === "torchvision")!;
  const graph = { file: "a.onnx", sha256: "0".repeat(64), bytes: 1 };
  const names = { id: "a", graph, labels: null };
  const draft = draftManifest(factsWith(rows), torchvision, names, { anchors });
  if (!("anchors" in draft) || draft.anchors.kind !== "sizes") throw new Error("no sizes");
  return { ...draft.anchors, guesses: draft.guesses };
}

Deno.test("draftManifest() assumes sizes and ratios for counts that the family does not have", () => {
  // 15 per cell: 3 ratios of the family with 5 sizes. 10: the usual five ratios with 2 sizes.
  const { levels, ratios, guesses } = anchorsFor(15 * CELLS);
  assertEquals([levels.length, levels[0]!.sizes.length, ratios], [5, 5, [0.5, 1, 2]]);
  assertMatch(guesses["anchors.levels"]!, /^assumed: .*--sizes/);
  assertMatch(guesses["anchors.ratios"]!, /^assumed: .*--ratios/);
  assertEquals(anchorsFor(10 * CELLS).ratios.length, 5);
});

Deno.test("draftManifest() takes sizes of the finest level for all levels", () => {
  const { levels, guesses } = anchorsFor(15 * CELLS, { sizes: [[10, 12, 14, 16, 18]] });
  assertEquals(levels[4], { stride: 128, sizes: [160, 192, 224, 256, 288] });
  assertEquals(guesses["anchors.levels"], undefined);
});

Deno.test("draftManifest() asks for strides if several pyramids fit one size", () => {
  // 3 per cell of P2 to P6 are as many rows as 12 per cell of P3 to P7.
  const error = assertThrows(() => anchorsFor(12 * CELLS), TypeError);
  assertMatch(error.message, /4, 8, 16, 32, 64 with 3 .*8, 16, 32, 64, 128 with 12.*--strides/);
  const { levels } = anchorsFor(12 * CELLS, { strides: [4, 8, 16, 32, 64] });
  assertEquals(levels.map(({ stride }) => stride), [4, 8, 16, 32, 64]);
});

Deno.test("draftManifest() is told the pyramid by the anchors of its cells, if several fit", () => {
  const facts = factsWith(12 * CELLS);
  const boxConstants = [4, 8, 16, 32, 64].map((stride) => {
    const half = [[2, 1], [2, 2], [1, 2]].map(([x = 0, y = 0]) => [x * stride, y * stride]);
    const corners = half.flatMap(([x = 0, y = 0]) => [-x, -y, x, y]);
    return { name: `cell_${stride}`, data: Float32Array.from(corners), shape: [3, 4] };
  });
  const outputs = { ...facts.outputs, boxConstants } as JoinedFacts;
  const torchvision = FAMILIES.find(({ family }) => family === "torchvision")!;
  const graph = { file: "a.onnx", sha256: "0".repeat(64), bytes: 1 };
  const draft = draftManifest({ ...facts, outputs }, torchvision, { id: "a", graph, labels: null });
  if (!("anchors" in draft) || !("levels" in draft.anchors)) throw new Error("no levels");
  assertEquals(draft.anchors.levels.map(({ stride }) => stride), [4, 8, 16, 32, 64]);
  assertMatch(
    draft.guesses["anchors"]!,
    /^suggested: read from the constants "cell_4" to "cell_64"/,
  );
});

const REFUSED: readonly [claim: string, rows: number, wishes: AnchorWishes, message: RegExp][] = [
  ["rows of no pyramid", 9 * CELLS + 1, {}, /fit no pyramid .*--strides/],
  ["strides that do not fit", 9 * CELLS, { strides: [8, 16] }, /strides 8, 16 .* no multiple/],
  [
    "too many sizes",
    9 * CELLS,
    { sizes: [[1, 2, 3, 4]], ratios: [1, 2] },
    /8 anchors per .* 9 anchors/,
  ],
  ["sizes for other levels", 9 * CELLS, { sizes: [[1, 2, 3], [4, 5, 6]] }, /3; 3 sizes.*5 levels/],
];

for (const [claim, rows, wishes, message] of REFUSED) {
  Deno.test(`draftManifest() refuses ${claim}`, () => {
    assertMatch(assertThrows(() => anchorsFor(rows, wishes), TypeError).message, message);
  });
}
