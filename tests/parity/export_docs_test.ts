import { assert, assertEquals } from "@std/assert";
import { readGuide, readResults, withTable } from "./export_docs.ts";
import { EXPORTS } from "./exports.ts";

Deno.test("the table of exports in the guide is made from the results", async () => {
  const guide = await readGuide();
  assertEquals(
    guide,
    withTable(guide, await readResults()),
    "deno run -RW tests/parity/export_docs.ts",
  );
});

Deno.test("each export is exact, says or asks what is missing, or is refused with a reason", async () => {
  const results = await readResults();
  const names = EXPORTS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length, "a name occurs twice");
  assertEquals(Object.keys(results).toSorted(), names.toSorted(), "results of other exports");
  for (const { name, answer = [] } of EXPORTS) {
    const { kind, detail, boxes = 0, worst } = results[name]!;
    assert(kind !== "WRONG", `${name}: ${detail}`);
    assert(kind === "exact" || detail !== "", `${name} gives no reason`);
    // A manifest whose traced size is a fault has no answer, but a warning.
    if (kind === "refuses" || (kind === "says" && answer.length === 0)) continue;
    if (boxes === 0 || worst === undefined) throw new Error(`${name} was not compared`);
    assert(worst.px <= 0.02 && worst.score <= 1e-4, `${name} differs by ${worst.px} px`);
  }
  const exact = names.filter((name) => results[name]?.kind === "exact");
  assert(names.length >= 25 && exact.length >= names.length / 3, `${exact.length} are exact`);
});
