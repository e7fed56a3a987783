import { create, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ModelProtoSchema } from "../../src/planner/onnx_pb.ts";
import {
  externalFilesOf,
  foreignOperatorsOf,
  inputsOf,
  readOnnx,
  sidesOf,
} from "../../src/planner/read_onnx.ts";
import { moveWeights } from "./external_weights.ts";
import { OnnxWriter } from "./onnx_writer.ts";

const EVERYDAY8 = await Deno.readFile(new URL("../../models/everyday8.onnx", import.meta.url));

Deno.test("readOnnx() reads inputs, outputs, operations and weights", () => {
  const writer = new OnnxWriter();
  const conv = writer.conv("image", { inside: 3, outside: 8, kernel: 3 });
  const { graph } = readOnnx(writer.finish({ image: [1, 3, "h", "w"] }, { [conv]: [1, 8, 4, 4] }));
  assertEquals(graph.input.map(({ name }) => name), ["image"]);
  assertEquals(graph.output.map(({ name }) => name), [conv]);
  assertEquals(graph.node.map(({ opType, output }) => [opType, output]), [["Conv", [conv]]]);
  assertEquals(graph.initializer.map(sidesOf), [[8, 3, 3, 3], [8]]);
});

Deno.test("readOnnx() does not copy the weights", () => {
  const { graph } = readOnnx(EVERYDAY8);
  const largest = graph.initializer.reduce((a, b) => a.rawData.length > b.rawData.length ? a : b);
  assert(largest.rawData.length > 100_000);
  assert(largest.rawData.buffer === EVERYDAY8.buffer);
});

Deno.test("readOnnx() keeps the fields of a file that it does not read", () => {
  const written = toBinary(ModelProtoSchema, readOnnx(EVERYDAY8));
  assertEquals(written.length, EVERYDAY8.length);
});

const DAMAGED: [name: string, bytes: Uint8Array][] = [
  ["an empty file", new Uint8Array()],
  ["a text", new TextEncoder().encode("no graph at all")],
  ["a manifest", await Deno.readFile(new URL("../../models/everyday8.json", import.meta.url))],
  ["zeros", new Uint8Array(1000)],
  [
    "a file without a graph",
    toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n })),
  ],
  ...[1, 100, 5000, 1_000_000, EVERYDAY8.length - 1].map((length): [string, Uint8Array] => {
    return [`the first ${length} bytes of a graph`, EVERYDAY8.subarray(0, length)];
  }),
];

for (const [name, bytes] of DAMAGED) {
  Deno.test(`readOnnx() refuses ${name}`, () => {
    assertThrows(
      () => readOnnx(bytes),
      TypeError,
      "Cannot read the graph as it is no ONNX file",
    );
  });
}

const MOVED = moveWeights(EVERYDAY8, "weights.bin");

Deno.test("readOnnx() reads weights from another file", () => {
  assert(MOVED.graph.length < EVERYDAY8.length / 2);
  const data = [{ file: "weights.bin", bytes: MOVED.data }];
  const written = toBinary(ModelProtoSchema, readOnnx(MOVED.graph, data));
  assertEquals(readOnnx(written).graph.initializer, readOnnx(MOVED.graph, data).graph.initializer);
  const [moved] = readOnnx(MOVED.graph, data).graph.initializer;
  const [whole] = readOnnx(EVERYDAY8).graph.initializer;
  assertEquals(moved!.rawData, whole!.rawData);
});

Deno.test("readOnnx() names the file with weights that is missing or short", () => {
  assertThrows(
    () => readOnnx(MOVED.graph),
    TypeError,
    "Cannot read the graph as its weights are in weights.bin, which is missing",
  );
  const short = [{ file: "weights.bin", bytes: MOVED.data.subarray(0, 100) }];
  assertThrows(
    () => readOnnx(MOVED.graph, short),
    TypeError,
    "Cannot read the graph as weights.bin has 100 bytes: weight ",
  );
});

Deno.test("externalFilesOf() lists each file once", () => {
  assertEquals(externalFilesOf(MOVED.graph), ["weights.bin"]);
  assertEquals(externalFilesOf(EVERYDAY8), []);
});

Deno.test("foreignOperatorsOf() lists operators that ONNX, onnxruntime and the file do not define", () => {
  const node = (domain: string, opType: string) => ({ domain, opType });
  const file = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      opsetImport: [{ domain: "TRT", version: 3n }],
      functions: [{ domain: "pkg", name: "Own" }],
      graph: {
        node: [
          ...[node("", "Conv"), node("ai.onnx.ml", "Scaler"), node("com.microsoft", "QAttention")],
          ...[node("pkg", "Own"), node("TRT", "EfficientNMS_TRT"), node("pkg", "Other")],
        ],
      },
    }),
  );
  assertEquals(foreignOperatorsOf(file), [
    { domain: "TRT", operator: "EfficientNMS_TRT", version: 3 },
    { domain: "pkg", operator: "Other", version: 1 },
  ]);
});

Deno.test("inputsOf() leaves out the weights that older files list as inputs", () => {
  const { graph } = create(ModelProtoSchema, {
    graph: { input: [{ name: "image" }, { name: "w" }], initializer: [{ name: "w" }] },
  });
  assertEquals(inputsOf(graph!).map(({ name }) => name), ["image"]);
});
