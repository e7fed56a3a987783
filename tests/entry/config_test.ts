import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readConfig } from "../../src/entry/config.ts";

Deno.test("readConfig() has the documented defaults", () => {
  assertEquals(readConfig({}), {
    HOST: "127.0.0.1",
    PORT: 8000,
    MODELS: ["everyday8"],
    MODEL_MEMORY: 2_000_000_000,
    ENGINE: "auto",
    MAX_BYTES: 20_000_000,
    MAX_PIXELS: 40_000_000,
  });
});

Deno.test("readConfig() takes an empty variable for one that is not set", () => {
  assertEquals(readConfig({ PORT: "", THREADS: "", HOST: "" }), readConfig({}));
});

Deno.test("readConfig() lists every mistake at once, with its value", () => {
  const wrong = { PORT: "70000", ENGINE: "cuda", MAX_PIXELS: "many", THREADS: "0" };
  const { message } = assertThrows(() => readConfig(wrong), TypeError) as unknown as Error;
  for (const [variable, value] of Object.entries(wrong)) {
    assertStringIncludes(message, `${variable}="${value}"`);
  }
});

const STARTS: readonly (readonly [Record<string, string>, start: readonly string[]])[] = [
  [{ MODELS: "a, b" }, ["a", "b"]],
  [{ MODEL: "c" }, ["c"]],
  [{ MODEL: "b", MODELS: "a,b" }, ["b", "a"]],
];

for (const [environment, start] of STARTS) {
  Deno.test(`readConfig() puts MODEL before MODELS, each once: ${JSON.stringify(environment)}`, () => {
    assertEquals(readConfig(environment).MODELS, start);
  });
}
