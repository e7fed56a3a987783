import type { HeadsManifest, Manifest } from "../../src/manifest/manifest.ts";
import { checkGraph } from "../../src/detect/check_graph.ts";
import type { TensorInfo } from "../../src/ports/session.ts";
import { assertDomainError } from "../testing.ts";
import { joined, layouts, smallManifest, varied } from "../manifest/small_manifest.ts";

type Shape = TensorInfo["shape"];
type Graph = { inputs: TensorInfo[]; outputs: TensorInfo[] };

/** Manifest with a fixed input of 32x16: grids of 4x2 and 2x1 cells. */
const FIXED: HeadsManifest = varied({
  resize: { kind: "fit", width: 32, height: 16, rounding: "half-up", factor: "per-side" },
  pad: { kind: "fixed", width: 32, height: 16, value: 0 },
});
/** Shapes of its graph. Depths are 2 anchors · 3 classes, and 2 anchors · 4 deltas. */
const SHAPES = {
  image: [1, 3, 16, 32],
  scores_8: [1, 6, 2, 4],
  deltas_8: [1, 8, 2, 4],
  scores_16: [1, 6, 1, 2],
  deltas_16: [1, 8, 1, 2],
} satisfies Readonly<Record<string, Shape>>;

/** Returns a graph of these tensors; the first is its input. */
function graphOf(shapes: Readonly<Record<string, Shape>>): Graph {
  const tensors = Object.entries(shapes).map(([name, shape]) => ({ name, type: "float32", shape }));
  return { inputs: tensors.slice(0, 1), outputs: tensors.slice(1) };
}

function assertMismatch(manifest: Manifest, graph: Graph, ...words: readonly string[]): void {
  assertDomainError(() => checkGraph(manifest, graph), "graph-mismatch", `"small"`, ...words);
}

Deno.test("checkGraph() accepts the graph that the manifest describes", () => {
  checkGraph(FIXED, graphOf(SHAPES));
});

Deno.test("checkGraph() accepts open dimensions, given as a name or as null", () => {
  const open = Object.entries(SHAPES).map(([name, shape]) => [name, shape.map(() => null)]);
  checkGraph(FIXED, graphOf(Object.fromEntries(open)));
  checkGraph(FIXED, graphOf({ ...SHAPES, image: ["batch", 3, "height", "width"] }));
});

Deno.test("checkGraph() ignores dimensions that depend on the image", () => {
  checkGraph(smallManifest, graphOf({ ...SHAPES, image: [1, 3, 999, 999] }));
  checkGraph(smallManifest, graphOf({ ...SHAPES, scores_8: [1, 6, 50, 60] }));
});

Deno.test("checkGraph() accepts additional outputs", () => {
  checkGraph(FIXED, graphOf({ ...SHAPES, features: [1, 256] }));
});

Deno.test("checkGraph() accepts every layout", () => {
  checkGraph(
    { ...FIXED, outputs: layouts[1] },
    graphOf({
      image: SHAPES.image,
      scores_8: [1, 2, 4, 6],
      deltas_8: [1, 2, 4, 8],
      scores_16: [1, 1, 2, 6],
      deltas_16: [1, 1, 2, 8],
    }),
  );
  const anchorsFirst = { ...smallManifest.outputs, layout: "nachw" } as HeadsManifest["outputs"];
  checkGraph(
    { ...FIXED, outputs: anchorsFirst },
    graphOf({
      image: SHAPES.image,
      scores_8: [1, 2, 3, 2, 4],
      deltas_8: [1, 2, 4, 2, 4],
      scores_16: [1, 2, 3, 1, 2],
      deltas_16: [1, 2, 4, 1, 2],
    }),
  );
  // (4·2 + 2·1) cells · 2 anchors = 20 rows.
  const joinedGraph = { image: SHAPES.image, scores: [1, 20, 3], deltas: [1, 20, 4] };
  checkGraph({ ...FIXED, outputs: joined }, graphOf(joinedGraph));
  checkGraph(varied({ outputs: joined }), graphOf({ ...joinedGraph, scores: [1, 12, 3] }));
});

const WRONG_SHAPES: readonly (readonly [claim: string, name: string, Shape, words: string])[] = [
  ["height of the input", "image", [1, 3, 32, 32], "[1, 3, 32, 32] in the graph, [1, 3, 16, 32]"],
  ["width of the input", "image", [1, 3, 16, 16], "[1, 3, 16, 16] in the graph, [1, 3, 16, 32]"],
  ["depth of the input", "image", [1, 1, 16, 32], "[1, 1, 16, 32] in the graph, [1, 3, 16, 32]"],
  ["batch", "image", [2, 3, 16, 32], "[2, 3, 16, 32] in the graph, [1, 3, 16, 32]"],
  ["class count", "scores_8", [1, 160, 2, 4], "[1, 160, 2, 4] in the graph, [1, 6, 2, 4]"],
  ["anchor count", "deltas_16", [1, 36, 1, 2], "[1, 36, 1, 2] in the graph, [1, 8, 1, 2]"],
  ["grid", "scores_16", [1, 6, 2, 4], "[1, 6, 2, 4] in the graph, [1, 6, 1, 2]"],
  ["layout", "scores_8", [1, 2, 4, 6], "[1, 2, 4, 6] in the graph, [1, 6, 2, 4]"],
  ["rank", "deltas_8", [1, 64, 4], "[1, 64, 4] in the graph, [1, 8, 2, 4]"],
  ["half-open shape", "image", [1, 3, "h", 31], "[1, 3, h, 31] in the graph, [1, 3, 16, 32]"],
];

for (const [claim, name, shape, words] of WRONG_SHAPES) {
  Deno.test(`checkGraph() shows both values of a wrong ${claim}`, () => {
    assertMismatch(FIXED, graphOf({ ...SHAPES, [name]: shape }), `"${name}"`, words);
  });
}

Deno.test("checkGraph() writes an unknown dimension as a question mark", () => {
  const graph = graphOf({ ...SHAPES, image: [1, 4, null, null] });
  assertMismatch(smallManifest, graph, "[1, 4, ?, ?] in the graph, [1, 3, ?, ?] in the manifest");
});

Deno.test("checkGraph() shows both values of wrong joined rows and classes", () => {
  const manifest = { ...FIXED, outputs: joined };
  const graph = graphOf({ image: SHAPES.image, scores: [1, 18, 3], deltas: [1, 20, 5] });
  assertMismatch(
    manifest,
    graph,
    `output "scores" is [1, 18, 3] in the graph, [1, 20, 3] in the manifest`,
    `output "deltas" is [1, 20, 5] in the graph, [1, 20, 4] in the manifest`,
  );
});

Deno.test("checkGraph() shows both names if an output or the input has another name", () => {
  const { deltas_16: shape, ...others } = SHAPES;
  assertMismatch(
    FIXED,
    graphOf({ ...others, boxes_16: shape }),
    `output "deltas_16" is named in the manifest`,
    `the graph has "scores_8", "deltas_8", "scores_16", "boxes_16"`,
  );
  const { image, ...outputs } = SHAPES;
  assertMismatch(
    FIXED,
    graphOf({ pixels: image, ...outputs }),
    `input "image" is named in the manifest`,
    `the graph has "pixels"`,
  );
});

Deno.test("checkGraph() shows both element types if they differ", () => {
  const graph = graphOf(SHAPES);
  graph.inputs[0] = { ...graph.inputs[0]!, type: "uint8" };
  graph.outputs[1] = { ...graph.outputs[1]!, type: "int64" };
  assertMismatch(
    FIXED,
    graph,
    `input "image" is uint8 in the graph, float32 in the manifest`,
    `output "deltas_8" is int64 in the graph, float32 or float16 in the manifest`,
  );
});

Deno.test("checkGraph() refuses a graph with a second input", () => {
  const graph = graphOf(SHAPES);
  graph.inputs.push({ name: "sizes", type: "float32", shape: [1, 2] });
  assertMismatch(FIXED, graph, "the graph has 2 inputs, the manifest feeds 1");
});

Deno.test("checkGraph() lists all differences in one error", () => {
  const graph = graphOf({ ...SHAPES, scores_8: [1, 9, 2, 4], scores_16: [1, 9, 1, 2] });
  assertMismatch(FIXED, graph, `"scores_8"`, `"scores_16"`);
});
