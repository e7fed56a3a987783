import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { setProperties } from "../../../src/commands/model/set_properties.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import everyday8 from "../../../models/everyday8.json" with { type: "json" };

const manifest = parseManifest({ ...everyday8, guesses: { "input.colour": "as others do" } });

Deno.test("setProperties() sets words, numbers and lists, and removes their guesses", () => {
  const changed = setProperties(manifest, [
    "input.colour=bgr",
    "postprocess.score=0.3",
    "input.mean=[1, 2, 3]",
    "title=A = B",
  ]);
  assertEquals(changed.input.colour, "bgr");
  assertEquals(changed.postprocess.score, 0.3);
  assertEquals("mean" in changed.input && changed.input.mean, [1, 2, 3]);
  assertEquals([changed.title, changed.guesses], ["A = B", {}]);
  assertEquals(manifest.guesses, { "input.colour": "as others do" });
});

Deno.test("setProperties() refuses unknown properties, wrong values and texts without a value", () => {
  for (
    const [setting, words] of [
      ["input.color=bgr", "color"],
      ["input.colour=red", "input.colour"],
      ["nothing.at.all=1", 'no "nothing"'],
      ["input.colour", '"="'],
      ["__proto__.x=1", '"__proto__"'],
    ] as const
  ) {
    assertStringIncludes(
      assertThrows(() => setProperties(manifest, [setting]), Error).message,
      words,
    );
  }
});
