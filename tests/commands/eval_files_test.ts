import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkLabels, strayResults } from "../../src/commands/eval_files/check_labels.ts";
import { found } from "../eval/tiny.ts";

const named = (...names: readonly string[]) => names.map((name, id) => ({ id, name }));

Deno.test("checkLabels() accepts a model that has all categories, and more", () => {
  assertEquals(checkLabels(named("cat"), [null, "dog", "cat"]), undefined);
});

Deno.test("checkLabels() warns about categories that the model lacks", () => {
  const warning = checkLabels(named("cat", "zebra"), ["cat"]);
  assertStringIncludes(warning!, "the model lacks 1 of 2 categories");
  assertStringIncludes(warning!, "zebra");
});

for (const name of ["Cat", "CAT", " cat", "cat "]) {
  Deno.test(`checkLabels() refuses the category "${name}" of a model with "cat"`, () => {
    const error = assertThrows(() => checkLabels(named(name, "dog"), ["cat", "dog"]), TypeError);
    assertStringIncludes(error.message, `"${name}" (the model has "cat")`);
  });
}

Deno.test("checkLabels() refuses a truth without any category of the model", () => {
  const error = assertThrows(() => checkLabels(named("zebra"), ["cat", null]), TypeError);
  assertStringIncludes(error.message, "the truth has zebra; the model has cat");
});

Deno.test("checkLabels() names at most ten categories", () => {
  const many = Array.from({ length: 13 }, (_, index) => `c${index}`);
  const warning = checkLabels(named("cat", ...many), ["cat"])!;
  assertStringIncludes(warning, "c9 and 3 more");
  assertEquals(warning.includes("c10"), false);
});

Deno.test("strayResults() counts results of categories that the truth lacks", () => {
  const results = [found([0, 0, 1, 1], 0.5), found([0, 0, 1, 1], 0.5, { category_id: 90 })];
  assertStringIncludes(strayResults([{ id: 1, name: "cat" }], results)!, "1 of 2 results");
  assertStringIncludes(strayResults([{ id: 1, name: "cat" }], results)!, "90");
  assertEquals(strayResults([{ id: 1, name: "cat" }, { id: 90, name: "dog" }], results), undefined);
});
