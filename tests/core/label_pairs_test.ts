import { assertEquals } from "@std/assert";
import { labelPairs } from "../../src/core/label_pairs.ts";
import { assertCpuTime } from "../testing.ts";

const LISTS: readonly (readonly [list: string, expected: Record<string, string> | null])[] = [
  ["cat:0.3", { cat: "0.3" }],
  [" cat : 0.3 ,traffic light:1", { cat: "0.3", "traffic light": "1" }],
  ["a:b:0.5", { "a:b": "0.5" }],
  ["__proto__:1", Object.fromEntries([["__proto__", "1"]])],
  ["", null],
  ["cat", null],
  ["cat:", null],
  [":0.3", null],
  ["cat:0.3,", null],
  ["cat:0.3,cat:0.4", null],
];

for (const [list, expected] of LISTS) {
  Deno.test(`labelPairs() splits "${list}"`, () => {
    const pairs = labelPairs(list);
    assertEquals(pairs && [...pairs], expected && Object.entries(expected));
  });
}

Deno.test("labelPairs() reads a long list of blanks in linear time", async () => {
  await assertCpuTime(500, () => labelPairs(" ".repeat(1_000_000)));
});
