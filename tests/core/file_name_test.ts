import { assertEquals } from "@std/assert";
import { fileNameOf } from "../../src/core/file_name.ts";

const NAMES: readonly (readonly [url: string, name: string])[] = [
  ["https://models.example/a/everyday8.json?b=/c.json#/d", "everyday8.json"],
  ["file:///models/my%20model.onnx", "my model.onnx"],
  ["https://models.example/", ""],
  ["https://models.example/a%zz.json", "a%zz.json"],
  ["data:application/json,a", "json,a"],
];

for (const [url, name] of NAMES) {
  Deno.test(`fileNameOf() returns "${name}" for ${url}`, () => {
    assertEquals(fileNameOf(new URL(url)), name);
  });
}
