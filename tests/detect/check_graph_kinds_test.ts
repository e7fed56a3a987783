import type { HeadsManifest, Manifest } from "../../src/manifest/manifest.ts";
import { checkGraph } from "../../src/detect/check_graph.ts";
import type { TensorInfo } from "../../src/ports/session.ts";
import { assertDomainError } from "../testing.ts";
import {
  decoded,
  finished,
  joined,
  listed,
  smallFinished,
  smallManifest,
  varied,
} from "../manifest/small_manifest.ts";

type Described = readonly [type: string, shape: TensorInfo["shape"]];
type Tensors = Readonly<Record<string, Described>>;
type Rows = Readonly<Record<"boxes" | "scores" | "labels", Described>>;

const IMAGE: Described = ["float32", [1, 3, null, null]];

function graphOf(image: Described, outputs: Tensors) {
  const info = ([name, [type, shape]]: [string, Described]): TensorInfo => ({ name, type, shape });
  return { inputs: [info(["image", image])], outputs: Object.entries(outputs).map(info) };
}

const FINISHED: Rows = {
  boxes: ["float32", [100, 4]],
  scores: ["float32", [100]],
  labels: ["int64", [100]],
};
const BATCHED: Rows = {
  boxes: ["float32", [1, 100, 4]],
  scores: ["float32", [1, 100]],
  labels: ["float32", [1, 100]],
};
const batched = finished({ batched: true });
const counted = finished({ batched: true, count: "count" });
const LISTED: Readonly<Record<"scores" | "deltas" | "anchors", Described>> = {
  scores: ["float32", [1, 50, 3]],
  deltas: ["float32", [1, 50, 4]],
  anchors: ["float32", [50, 4]],
};

function inputOf(changes: Partial<HeadsManifest["input"]>): HeadsManifest {
  const input = { ...smallManifest.input, ...changes } as HeadsManifest["input"];
  return varied({ input, outputs: joined });
}

const JOINED: Tensors = { scores: LISTED.scores, deltas: LISTED.deltas };
const bytes: Manifest = varied({
  input: { name: "image", type: "uint8", layout: "nhwc", batch: 1, colour: "rgb" },
  outputs: joined,
});

const ACCEPTED:
  readonly (readonly [claim: string, Manifest, outputs: Tensors, image?: Described])[] = [
    ["a finished graph without a batch dimension", smallFinished, FINISHED],
    ["a finished graph with a batch dimension", batched, BATCHED],
    ["a finished graph with an open number of rows", batched, {
      boxes: ["float32", ["n", "rows", 4]],
      scores: ["float32", [null, null]],
      labels: ["int64", ["n", "rows"]],
    }],
    ["a finished graph with open ranks", batched, {
      boxes: ["float32", []],
      scores: ["float32", []],
      labels: ["int64", []],
    }],
    ...(["float32", "float16", "int64", "int32"] as const).map((type) =>
      [`${type} labels`, smallFinished, { ...FINISHED, labels: [type, [100]] }] as const
    ),
    ["a count of any shape", counted, { ...BATCHED, count: ["int64", [1]] }],
    ["a count of another shape", counted, { ...BATCHED, count: ["int32", [1, 1]] }],
    ["anchors of rank 2", listed, LISTED],
    ["anchors of rank 3", listed, { ...LISTED, anchors: ["float32", [1, 50, 4]] }],
    ["anchors with open dimensions", listed, { ...LISTED, anchors: ["float16", ["n", null, 4]] }],
    ["boxes without anchors", decoded, { scores: LISTED.scores, deltas: LISTED.deltas }],
    ["float16 heads", varied({ outputs: joined }), {
      scores: ["float16", [1, 50, 3]],
      deltas: ["float16", [1, 50, 4]],
    }],
    ["a float16 input", inputOf({ type: "float16" }), JOINED, ["float16", [1, 3, 32, 32]]],
    ["an input of bytes", bytes, JOINED, ["uint8", [1, null, null, 3]]],
    ["an input without a batch dimension", inputOf({ batch: null }), JOINED, ["float32", [
      3,
      null,
      null,
    ]]],
    [
      "a batch of 2",
      inputOf({ batch: 2 }),
      { scores: ["float32", [2, 50, 3]], deltas: ["float32", [2, 50, 4]] },
      ["float32", [2, 3, null, null]],
    ],
  ];

for (const [claim, manifest, outputs, image = IMAGE] of ACCEPTED) {
  Deno.test(`checkGraph() accepts ${claim}`, () => checkGraph(manifest, graphOf(image, outputs)));
}

const REFUSED: readonly (readonly [
  claim: string,
  Manifest,
  outputs: Tensors,
  words: string,
  image?: Described,
])[] = [
  [
    "an unexpected batch dimension",
    smallFinished,
    BATCHED,
    `output "boxes" is [1, 100, 4] in the graph, [?, 4] in the manifest`,
  ],
  [
    "a missing batch dimension",
    batched,
    FINISHED,
    `output "scores" is [100] in the graph, [1, ?] in the manifest`,
  ],
  [
    "boxes of five numbers",
    smallFinished,
    { ...FINISHED, boxes: ["float32", [100, 5]] },
    `output "boxes" is [100, 5] in the graph, [?, 4] in the manifest`,
  ],
  [
    "scores of whole numbers",
    smallFinished,
    { ...FINISHED, scores: ["int64", [100]] },
    `output "scores" is int64 in the graph, float32 or float16 in the manifest`,
  ],
  [
    "labels of text",
    smallFinished,
    { ...FINISHED, labels: ["string", [100]] },
    `output "labels" is string in the graph, float32 or float16 or int64 or int32 in the manifest`,
  ],
  [
    "a count of bools",
    counted,
    { ...BATCHED, count: ["bool", []] },
    `output "count" is bool in the graph, float32 or float16 or int64 or int32 in the manifest`,
  ],
  ["a missing count", counted, BATCHED, `output "count" is named in the manifest`],
  [
    "missing anchors",
    listed,
    { scores: LISTED.scores, deltas: LISTED.deltas },
    `output "anchors" is named in the manifest, the graph has "scores", "deltas"`,
  ],
  [
    "anchors of rank 1",
    listed,
    { ...LISTED, anchors: ["float32", [200]] },
    `output "anchors" is [200] in the graph, [1, ?, 4] or [?, 4] in the manifest`,
  ],
  [
    "anchors of five numbers",
    listed,
    { ...LISTED, anchors: ["float32", [50, 5]] },
    `output "anchors" is [50, 5] in the graph, [1, ?, 4] or [?, 4] in the manifest`,
  ],
  [
    "a float32 input instead of uint8",
    bytes,
    JOINED,
    `input "image" is float32 in the graph, uint8 in the manifest`,
    ["float32", [1, null, null, 3]],
  ],
  [
    "a float16 input instead of float32",
    varied({ outputs: joined }),
    JOINED,
    `input "image" is float16 in the graph, float32 in the manifest`,
    ["float16", [1, 3, null, null]],
  ],
  [
    "channels first instead of last",
    bytes,
    JOINED,
    `input "image" is [1, 3, 64, 64] in the graph, [1, ?, ?, 3] in the manifest`,
    ["uint8", [1, 3, 64, 64]],
  ],
  [
    "an input with another batch",
    inputOf({ batch: 2 }),
    JOINED,
    `input "image" is [1, 3, ?, ?] in the graph, [2, 3, ?, ?] in the manifest`,
  ],
  [
    "heads with another batch",
    inputOf({ batch: 2 }),
    JOINED,
    `output "scores" is [1, 50, 3] in the graph, [2, ?, 3] in the manifest`,
    ["float32", [2, 3, null, null]],
  ],
  [
    "a batch dimension of the input that the manifest lacks",
    inputOf({ batch: null }),
    JOINED,
    `input "image" is [1, 3, ?, ?] in the graph, [3, ?, ?] in the manifest`,
  ],
];

for (const [claim, manifest, outputs, words, image = IMAGE] of REFUSED) {
  Deno.test(`checkGraph() refuses ${claim} and shows both values`, () => {
    const graph = graphOf(image, outputs);
    assertDomainError(() => checkGraph(manifest, graph), "graph-mismatch", words);
  });
}
