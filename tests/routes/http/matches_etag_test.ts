import { assertEquals } from "@std/assert";
import { matchesEtag } from "../../../routes/http/matches_etag.ts";

for (
  const [condition, etag, matches] of [
    [undefined, '"a"', false],
    ["", '"a"', false],
    ['"a"', '"a"', true],
    ['"b"', '"a"', false],
    ["a", '"a"', false],
    ['W/"a"', '"a"', true],
    ['"a"', 'W/"a"', true],
    ['W/"a"', 'W/"a"', true],
    ['"b", W/"a"', '"a"', true],
    ['"b","c"', '"a"', false],
    ['"b, a"', '"a"', false],
    ["*", '"a"', true],
    [" * ", '"a"', true],
    ['"*"', '"a"', false],
  ] as const
) {
  Deno.test(`matchesEtag() is ${matches} for ${condition} and ${etag}`, () => {
    assertEquals(matchesEtag(condition, etag), matches);
  });
}
