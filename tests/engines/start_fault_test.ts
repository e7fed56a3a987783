import { create, toBinary } from "@bufbuild/protobuf";
import { assertEquals } from "@std/assert";
import { startFault } from "../../src/engines/start_fault.ts";
import { wasmEngine } from "../../src/engines/wasm.ts";
import { openEngine } from "../../src/engines/open_engine.ts";
import { ModelProtoSchema, TensorProto_DataType as DataType } from "../../src/planner/onnx_pb.ts";
import { assertRejectsDomainError } from "../testing.ts";

/** Versions of a graph, and the type of its numbers. */
interface Versions {
  readonly irVersion?: bigint;
  readonly opset?: bigint;
  readonly elemType?: DataType;
}

/** Returns a graph of one operation on one number. */
function graphOf(
  node: { readonly opType: string; readonly domain?: string },
  { irVersion = 8n, opset = 17n, elemType = DataType.FLOAT }: Versions = {},
): Uint8Array {
  const shape = { dim: [{ value: { case: "dimValue" as const, value: 1n } }] };
  const type = { value: { case: "tensorType" as const, value: { elemType, shape } } };
  const values = (name: string) => [{ name, type }];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      opsetImport: [
        { domain: "", version: opset },
        ...(node.domain ? [{ domain: node.domain, version: 1n }] : []),
      ],
      graph: {
        name: "one",
        node: [{ ...node, input: ["x"], output: ["y"] }],
        input: values("x"),
        output: values("y"),
      },
    }),
  );
}

/** Graphs that the WebAssembly build refuses, with the explanation. */
const REFUSED: [claim: string, graph: Uint8Array, fault: string][] = [
  [
    "a newer IR version",
    graphOf({ opType: "Relu" }, { irVersion: 99n }),
    "the graph has IR version 99 and the engine reads up to 13: save it with an older onnx " +
    "package, or set ir_version to 13 and save it again",
  ],
  [
    "a newer operator set",
    graphOf({ opType: "Relu" }, { opset: 99n }),
    "the graph has operator set 99 of ai.onnx and the engine reads up to 26: export it again with " +
    "opset_version=26 or lower",
  ],
  [
    "a plugin of TensorRT",
    graphOf({ opType: "EfficientNMS_TRT", domain: "TRT" }),
    "operator EfficientNMS_TRT of domain TRT is a plugin of TensorRT, which no engine here has: " +
    "export the graph without it, with the heads as outputs",
  ],
  [
    "an operator of one's own",
    graphOf({ opType: "MyNms", domain: "com.acme" }),
    "operator MyNms of domain com.acme is not part of ONNX, and no engine here has it: export the " +
    "graph without it, with operators of ONNX only",
  ],
  [
    "an operator that the operator set lacks",
    graphOf({ opType: "NoSuchOperator" }),
    "operator NoSuchOperator is not in operator set 17: export the graph again with another " +
    "opset_version",
  ],
  [
    "an operator without an implementation",
    graphOf({ opType: "Relu" }, { elemType: DataType.BFLOAT16 }),
    "the engine has no implementation of operator Relu of operator set 14 for the number types of " +
    "the graph: export it in float32 or with another opset_version, simplify it (onnxsim), or use " +
    "the native engine",
  ],
  [
    "a number type that an operator does not take",
    graphOf({ opType: "Softplus" }, { elemType: DataType.BFLOAT16 }),
    "operator Softplus does not take tensor(bfloat16): export the graph in float32 or float16",
  ],
  [
    "an operator of one processor",
    graphOf({ opType: "ReorderInput", domain: "com.microsoft.nchwc" }),
    "operator ReorderInput of domain com.microsoft.nchwc exists only where onnxruntime optimised " +
    "the graph for one processor: use the graph from before, or optimise at level basic",
  ],
  [
    "a text",
    new TextEncoder().encode("no graph"),
    "the file is no ONNX graph, or its end is missing",
  ],
];

for (const [claim, graph, fault] of REFUSED) {
  Deno.test(`openEngine() names the cause of a refusal: ${claim}`, async () => {
    const work = openEngine([wasmEngine(1)], "wasm", { bytes: graph });
    const { message } = await assertRejectsDomainError(work, "engine-unavailable");
    assertEquals(message, `Cannot start engine "wasm". wasm with 1 thread: ${fault}`);
  });
}

Deno.test("openEngine() opens a graph that none of the causes applies to", async () => {
  const session = await openEngine([wasmEngine(1)], "wasm", { bytes: graphOf({ opType: "Relu" }) });
  assertEquals(session.outputs.map(({ name }) => name), ["y"]);
  await session.close();
});

Deno.test("startFault() keeps a message that it does not know", () => {
  assertEquals(startFault("there is no adapter"), "there is no adapter");
});
