import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import { fileURLToPath } from "node:url";
import { main } from "../../src/commands/model/main.ts";
import {
  type GraphProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from "../../src/planner/onnx_pb.ts";
import { runMain } from "../commands/run_main.ts";
import { floatType, writeGraph } from "./edit_graph.ts";

const WHOLE = await Deno.readFile(
  new URL("../parity/goldens/torchvision-whole/model.onnx", import.meta.url),
);

/** Runs `model new` on a changed graph. */
async function describe(change: (graph: GraphProto) => void) {
  const graph = await writeGraph(WHOLE, change);
  const path = fileURLToPath(graph);
  try {
    return await runMain(main, "new", path);
  } finally {
    await Deno.remove(path);
    await Deno.remove(path.replace(/onnx$/, "json")).catch(() => {});
  }
}

/** Declares the length of an axis of the image. */
function declare(graph: GraphProto, axis: number, length: bigint): void {
  const { value } = graph.input[0]!.type!.value as {
    value: { shape: { dim: { value: { case: string; value: bigint } }[] } };
  };
  value.shape.dim.at(axis)!.value = { case: "dimValue", value: length };
}

/** Adds a sequence to the outputs. */
function addSequence(graph: GraphProto): void {
  const name = "box_list";
  const opType = "SequenceConstruct";
  graph.node.push(create(NodeProtoSchema, { opType, input: ["boxes"], output: [name] }));
  const type = { value: { case: "sequenceType", value: { elemType: floatType() } } } as never;
  graph.output.push(create(ValueInfoProtoSchema, { name, type }));
}

Deno.test("model new describes a graph with a sequence among its outputs", async () => {
  const { code, stdout, stderr } = await describe(addSequence);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "finished");
});

Deno.test("model new refuses an input of one channel, and says so", async () => {
  const { code, stderr } = await describe((graph) => declare(graph, -3, 1n));
  assertEquals(code, 1);
  assertStringIncludes(stderr, "must have three channels");
});

Deno.test("model new names the declared shape of an input that no test image fits", async () => {
  const { code, stderr } = await describe((graph) => declare(graph, -2, 800n));
  assertEquals(code, 1);
  assertMatch(stderr, /fails on a test image of .*256, 384\]: .* is declared as .*800, /);
});
