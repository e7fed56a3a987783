import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import catalogue from "../../models/catalogue.json" with { type: "json" };
import { parseCatalogue } from "../../src/manifest/catalogue.ts";
import { openModels, readModel } from "../../src/commands/model/folder.ts";

const GOOD = { id: "far", url: "https://a.example/far.onnx", source: "https://a.example/" };

for (const { id, bytes, sha256, md5 } of parseCatalogue(catalogue)) {
  Deno.test(`models/catalogue.json: ${id} agrees with its manifest`, async () => {
    const { graph, expected } = await readModel(await openModels(undefined), id);
    assert(graph.endsWith(`/models/${id}.onnx`), graph);
    for (const [here, there] of [[bytes, expected.bytes], [sha256, expected.sha256]]) {
      assertEquals(here ?? there, there ?? here);
    }
    assert(expected.sha256 ?? sha256 ?? md5, "neither the entry nor the manifest has a hash");
  });
}

Deno.test("parseCatalogue() accepts entries with and without size and hashes", () => {
  const full = { ...GOOD, bytes: 1, sha256: "0".repeat(64), md5: "0".repeat(32) };
  assertEquals(parseCatalogue([GOOD, { ...full, id: "near" }]).length, 2);
  assertEquals(parseCatalogue([]), []);
});

const WRONG: [claim: string, json: unknown, fault: string][] = [
  ["an object", { far: GOOD }, "catalogue: "],
  ["an entry without a URL", [{ ...GOOD, url: undefined }], "0.url: "],
  ["a URL of another protocol", [{ ...GOOD, url: "file:///far.onnx" }], "0.url: must be"],
  [
    "a source that is not a URL",
    [GOOD, { ...GOOD, id: "near", source: "about" }],
    "1.source: must be",
  ],
  ["a hash that is too short", [{ ...GOOD, sha256: "abc" }], "0.sha256: 64 hexadecimal digits"],
  ["a negative size", [{ ...GOOD, bytes: -1 }], "0.bytes: "],
  ["an unknown property", [{ ...GOOD, sha1: "abc" }], "sha1"],
  ["a repeated id", [GOOD, GOOD], '1.id: "far" is listed twice'],
];

for (const [claim, json, fault] of WRONG) {
  Deno.test(`parseCatalogue() refuses ${claim}`, () => {
    const error = assertThrows(() => parseCatalogue(json), TypeError) as unknown as Error;
    assertStringIncludes(error.message, "Cannot use the catalogue. ");
    assert(error.message.includes(fault), error.message);
  });
}
