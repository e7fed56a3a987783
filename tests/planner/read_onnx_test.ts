import { create, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ModelProtoSchema } from "../../src/planner/onnx_pb.ts";
import { inputsOf, readOnnx, sidesOf } from "../../src/planner/read_onnx.ts";
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

Deno.test("readOnnx() refuses weights in other files", () => {
  const file = toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      graph: {
        initializer: [{
          name: "w",
          dims: [4n],
          dataType: 1,
          externalData: [{ key: "location", value: "weights.bin" }],
        }],
      },
    }),
  );
  assertThrows(() => readOnnx(file), TypeError, "the graph's weights lie in other files");
});

Deno.test("inputsOf() leaves out the weights that older files list as inputs", () => {
  const { graph } = create(ModelProtoSchema, {
    graph: { input: [{ name: "image" }, { name: "w" }], initializer: [{ name: "w" }] },
  });
  assertEquals(inputsOf(graph!).map(({ name }) => name), ["image"]);
});
