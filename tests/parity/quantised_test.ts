import { assert, assertEquals } from "@std/assert";
import { assertRejectsDomainError } from "../testing.ts";
import { openGraph } from "./detect_golden.ts";

const FOLDER = new URL("quantised/", import.meta.url);
const SHAPE = [1, 3, 32, 48] as const;

/**
 * Largest difference of a logit from native ONNX Runtime without optimisation.
 *
 * The logits span 1, and one step of the 8-bit graphs is 0.0035. Optimised int8 kernels of native
 * ONNX Runtime saturate on processors without VNNI: qdq-u8s8 then differs by 0.025, qdq-s8s8 by 0.07.
 */
const TOLERANCE = 1e-4;

const KINDS = [
  "float32",
  "dynamic",
  "qoperator",
  "qdq-u8s8",
  "qdq-s8s8",
  "qdq-int16",
  "half",
  "half-kept-io",
] as const;

for (const kind of KINDS) {
  Deno.test(`a session returns the logits of native ONNX Runtime: ${kind}`, async () => {
    const worst = await differenceOf(kind, kind);
    assert(worst <= TOLERANCE, `${kind} differs by ${worst}`);
  });
}

Deno.test("the goldens of quantised graphs notice another quantisation", async () => {
  const worst = await differenceOf("float32", "qdq-s8s8");
  assert(worst > 1e-3, `float32 differs from int8 by ${worst} only`);
});

Deno.test("a graph that was optimised for one processor is refused, and its operator named", async () => {
  await assertRejectsDomainError(
    openGraph(new URL("optimised-for-cpu.onnx", FOLDER)),
    "engine-unavailable",
    "nchwc",
  );
});

/** Runs a graph, and returns the largest difference from the outputs of a golden. */
async function differenceOf(graph: string, golden: string): Promise<number> {
  const session = await openGraph(new URL(`${graph}.onnx`, FOLDER));
  const { name, type } = session.inputs[0]!;
  const data = Float32Array.from(
    { length: SHAPE.reduce<number>((product, side) => product * side, 1) },
    (_, i) => (i * 37 % 256) / 255,
  );
  const outputs = await session.run({
    [name]: { type: type === "float16" ? "float16" : "float32", data, shape: [...SHAPE] },
  });
  await session.close();
  const file = new URL(`${golden}.json`, FOLDER);
  const expected: Record<string, number[]> = JSON.parse(await Deno.readTextFile(file)).outputs;
  const differences = Object.entries(expected).flatMap(([output, values]) => {
    const found = outputs[output]!.data;
    assertEquals(found.length, values.length);
    return values.map((value, i) => Math.abs(value - found[i]!));
  });
  return Math.max(...differences);
}
