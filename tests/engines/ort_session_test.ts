import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import type { InputTensor } from "../../src/image/input_tensor.ts";
import type { EngineInfo } from "../../src/ports/session.ts";
import { ortSession, type OrtTensorConstructor } from "../../src/engines/ort_session.ts";
import { assertRejectsDomainError } from "../testing.ts";

type Metadata = InferenceSession.ValueMetadata;
type Run = (feeds: Record<string, OrtTensor>) => Promise<Record<string, OrtTensor>>;

const ENGINE: EngineInfo = { provider: "wasm", threads: 1, reason: "asked for" };
const Constructor = OrtTensor as unknown as OrtTensorConstructor;

function sessionOf(run: Run, inputs: Metadata[] = [], outputs: Metadata[] = []) {
  const session = { inputMetadata: inputs, outputMetadata: outputs, run } as unknown;
  return ortSession(session as InferenceSession, Constructor, ENGINE);
}

/** Returns the tensor that the engine receives for an input. */
async function fedWith(input: InputTensor): Promise<OrtTensor> {
  const fed: OrtTensor[] = [];
  await sessionOf((feeds) => {
    fed.push(feeds.image!);
    return Promise.resolve({});
  }).run({ image: input });
  return fed[0]!;
}

/** Returns the tensor that the session makes of an output of the engine. */
async function read(output: OrtTensor) {
  return (await sessionOf(() => Promise.resolve({ output })).run({})).output!;
}

/** Numbers and their bits as IEEE 754 half precision: sign, 5 of exponent, 10 of fraction. */
const HALVES: readonly (readonly [number: number, bits: number])[] = [
  [0, 0x0000],
  [1, 0x3c00],
  [-2, 0xc000],
  [0.333251953125, 0x3555], // The nearest to 1/3.
  [65504, 0x7bff], // The largest.
  [2 ** -24, 0x0001], // The smallest.
];

/** Returns the bits of a float16 tensor, in any kind of array. */
function bitsOf({ data }: OrtTensor): number[] {
  const { buffer, byteOffset, length } = data as Uint16Array;
  return [...new Uint16Array(buffer, byteOffset, length)];
}

Deno.test("ortSession() passes float16 inputs as bits", async () => {
  const data = Float32Array.from(HALVES, ([number]) => number);
  const fed = await fedWith({ type: "float16", data, shape: [1, 6] });
  assertEquals([fed.type, [...fed.dims]], ["float16", [1, 6]]);
  assertEquals(bitsOf(fed), HALVES.map(([, bits]) => bits));
});

Deno.test("ortSession() rounds inputs to the nearest float16, above the largest to infinity", async () => {
  const fed = await fedWith({ type: "float16", data: Float32Array.of(1 / 3, 1e6), shape: [2] });
  assertEquals(bitsOf(fed), [0x3555, 0x7c00]);
});

Deno.test("ortSession() passes float32 and uint8 inputs without a copy", async () => {
  for (
    const input of [
      { type: "float32", data: Float32Array.of(1.5, -2), shape: [2] },
      { type: "uint8", data: Uint8Array.of(7, 255), shape: [1, 2] },
    ] as const
  ) {
    const fed = await fedWith(input);
    assertEquals([fed.type, [...fed.dims]], [input.type, [...input.shape]]);
    assert(fed.data === input.data, "the data is a copy");
  }
});

const OUTPUTS: readonly (readonly [
  type: string,
  data: OrtTensor["data"],
  expected: readonly number[],
])[] = [
  ["float32", Float32Array.of(1.5, -2), [1.5, -2]],
  ["float16", Uint16Array.from(HALVES, ([, bits]) => bits), HALVES.map(([number]) => number)],
  ["int64", BigInt64Array.of(-1n, 79n, 16777216n), [-1, 79, 16777216]],
  ["int32", Int32Array.of(-1, 5), [-1, 5]],
];

for (const [type, data, expected] of OUTPUTS) {
  Deno.test(`ortSession() returns ${type} outputs as float32`, async () => {
    const output = new Constructor(type as "float32", data as Float32Array, [1, expected.length]);
    const found = await read(output);
    assertInstanceOf(found.data, Float32Array);
    assertEquals([...found.data], expected);
    assertEquals([...found.shape], [1, expected.length]);
  });
}

Deno.test("ortSession() reads float16 outputs from the middle of a buffer", async () => {
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x3c00).subarray(1);
  const { data } = await read(new Constructor("float16", bits, [2]));
  assertEquals([...data], [-2, 1]);
});

Deno.test("ortSession() rejects if the engine fails", async () => {
  const run = () => Promise.reject(new Error("out of memory"));
  const error = await assertRejectsDomainError(sessionOf(run).run({}), "inference-failed");
  assertInstanceOf(error.cause, Error);
});

Deno.test("ortSession() leaves out outputs of types that no manifest reads", async () => {
  const outputs = {
    text: new OrtTensor("string", ["a"], [1]),
    mask: new OrtTensor("bool", Uint8Array.of(1), [1]),
    bytes: new OrtTensor("uint8", Uint8Array.of(1), [1]),
    signed: new OrtTensor("int8", Int8Array.of(1), [1]),
    double: new OrtTensor("float64", Float64Array.of(1), [1]),
    scores: new OrtTensor("float32", Float32Array.of(0.5), [1]),
  };
  const found = await sessionOf(() => Promise.resolve(outputs)).run({});
  assertEquals(found, { scores: { data: Float32Array.of(0.5), shape: [1] } });
});

Deno.test("ortSession() returns null for a side that may vary and has no name", () => {
  // onnxruntime-web reports -1 as an unsigned number, onnxruntime-node as it is.
  const shape = [2 ** 32 - 1, -1, "h", 3];
  const { inputs } = sessionOf(
    () => Promise.resolve({}),
    [{ name: "image", isTensor: true, type: "float32", shape }],
  );
  assertEquals(inputs[0]?.shape, [null, null, "h", 3]);
});

Deno.test("ortSession() returns the types and shapes of the graph", () => {
  const { inputs, outputs, engine } = sessionOf(
    () => Promise.resolve({}),
    [{ name: "image", isTensor: true, type: "uint8", shape: ["n", 3] }],
    [{ name: "boxes", isTensor: false }],
  );
  assertEquals(inputs, [{ name: "image", type: "uint8", shape: ["n", 3] }]);
  assertEquals(outputs, [{ name: "boxes", type: "not a tensor", shape: [] }]);
  assertEquals(engine, ENGINE);
});
