import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { NO_HINTS } from "../../src/describe/graph_hints.ts";
import { outputFacts } from "../../src/describe/output_facts.ts";
import type { ProbedOutput } from "../../src/describe/probed_output.ts";
import { seededRandom } from "../random.ts";

const SIZE = { width: 96, height: 64 };
const random = seededRandom(8);

/** Rows of strides 8, 16 and 32 with 9 anchors per cell: 12·8·9, 6·4·9 and 3·2·9. */
const ROWS = [864, 216, 54];

/** Creates an output whose values differ between both runs. */
function output(name: string, rows: number, columns: number): ProbedOutput {
  const shape = [1, rows, columns];
  const length = rows * columns;
  const run = () => ({ data: Float32Array.from({ length }, () => random() - 0.5), shape });
  return { name, type: "float32", runs: [run(), run()] };
}

/** Creates a class head and a box head for each number of rows. */
function headsOf(rows: readonly number[], classes: number): ProbedOutput[] {
  return [["cls", classes], ["box", 4]].flatMap(([name, columns]) =>
    rows.map((count, i) => output(`${name}_${i}`, count, Number(columns)))
  );
}

for (const classes of [1, 3, 4]) {
  Deno.test(`outputFacts() refuses rows per level with ${classes} classes`, () => {
    for (const heads of [headsOf(ROWS, classes), headsOf(ROWS.toReversed(), classes)]) {
      const facts = () => outputFacts(heads, SIZE, NO_HINTS, { scores: [] });
      const { message } = assertThrows(facts, DomainError);
      assertMatch(message, /rows per level \(864, 216, 54 rows\).*torch\.cat/);
    }
  });
}

Deno.test("outputFacts() takes one pair of heads beside lists that are no level", () => {
  const heads = [...headsOf([864], 3), output("features", 100, 4), output("masks", 100, 7)];
  const { facts } = outputFacts(heads, SIZE, NO_HINTS, { scores: [] });
  assertEquals(facts.kind === "joined" && [facts.scores, facts.deltas], ["cls_0", "box_0"]);
});
