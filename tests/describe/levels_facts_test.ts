import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { levelsFacts } from "../../src/describe/levels_facts.ts";
import type { ProbedOutput } from "../../src/describe/probed_output.ts";
import { seededRandom } from "../random.ts";

const SIZE = { width: 96, height: 64 };
const random = seededRandom(5);

/** Creates an output whose values differ between both runs. */
function output(name: string, shape: readonly number[]): ProbedOutput {
  const length = shape.reduce((product, side) => product * side, 1);
  const run = () => ({ data: Float32Array.from({ length }, random), shape: [...shape] });
  return { name, type: "float32", runs: [run(), run()] };
}

/** Creates class heads and box heads of strides 8 and 16. `sides` returns a shape. */
function heads(sides: (channels: number, h: number, w: number) => number[], classes: number) {
  return [["scores", classes], ["boxes", 4]].flatMap(([name, channels]) =>
    [[8, 12], [4, 6]].map(([h, w], i) =>
      output(`${name}${i}`, [1, ...sides(Number(channels), h!, w!)])
    )
  );
}

Deno.test("levelsFacts() reads anchors and classes from heads of rank 5", () => {
  const outputs = heads((channels, h, w) => [9, channels, h, w], 3);
  const facts = levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] });
  const { layout, perCell, classes, evidence } = facts!;
  assertEquals([layout, perCell, classes, evidence], ["nachw", 9, 3, "shapes"]);
  assertEquals(facts?.deltas, ["boxes0", "boxes1"]);
});

Deno.test("levelsFacts() tells four classes from four deltas by names, if both have rank 5", () => {
  const outputs = heads((channels, h, w) => [h, w, 9, channels], 4);
  const facts = levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] });
  assertEquals([facts?.layout, facts?.classes, facts?.evidence], ["nhwac", 4, "names"]);
});

Deno.test("levelsFacts() asks for the layout if four anchors and four classes fit two", () => {
  const outputs = heads((channels, h, w) => [4, channels, h, w], 4);
  const error = assertThrows(
    () => levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] }),
    DomainError,
  );
  assertMatch(error.message, /fits nachw and ncahw .*--set outputs\.layout=nachw$/);
  const facts = levelsFacts(outputs, SIZE, NO_HINTS, { scores: [], layout: "ncahw" });
  assertEquals([facts?.layout, facts?.perCell, facts?.classes], ["ncahw", 4, 4]);
});

Deno.test("levelsFacts() leaves outputs of rank 5 without four deltas", () => {
  const outputs = heads((channels, h, w) => [9, channels, h, w], 3)
    .map((each) => each.name.startsWith("boxes") ? output(each.name, [1, 9, 5, 8, 12]) : each);
  assertEquals(levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] }), null);
});

Deno.test("levelsFacts() sets outputs with anchors apart", () => {
  const anchors = { ...output("anchors", [1, 864, 4]) };
  const [even] = anchors.runs;
  const constant: ProbedOutput = { ...anchors, runs: [even, even] };
  const outputs = [...heads((channels, h, w) => [9 * channels, h, w], 3), constant];
  const facts = levelsFacts(outputs, SIZE, NO_HINTS, { scores: [] });
  assertEquals(facts?.boxConstants.map(({ name }) => name), ["anchors"]);
  assert(facts?.boxConstants[0]?.data === even.data);
  // An output that depends on the image is none of the anchors.
  const moving = [...outputs.slice(0, -1), anchors];
  assertEquals(levelsFacts(moving, SIZE, NO_HINTS, { scores: [] }), null);
});
