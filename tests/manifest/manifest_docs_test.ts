import { assertEquals } from "@std/assert";
import { z } from "zod";
import { FAMILIES } from "../../src/describe/families.ts";
import { finishedSchema, headsSchema } from "../../src/manifest/manifest_schema.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/manifest.md", import.meta.url));

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
}

/** Returns all property names and all string values that a schema allows. */
function wordsOf(schema: JsonSchema): string[] {
  const { properties = {}, oneOf = [], anyOf = [], items } = schema;
  const parts = [...Object.values(properties), ...oneOf, ...anyOf, ...(items ? [items] : [])];
  const values = [schema.const, ...schema.enum ?? []].filter((value) => typeof value === "string");
  return [...Object.keys(properties), ...values, ...parts.flatMap(wordsOf)];
}

Deno.test("docs/manifest.md explains every property of a manifest and every word that it allows", () => {
  const words = [headsSchema, finishedSchema].flatMap((schema) => {
    return wordsOf(z.toJSONSchema(schema, { io: "input" }) as JsonSchema);
  });
  const quoted = new Set(
    [...PAGE.replace(/```[^]*?```/g, "").matchAll(/`([^`]+)`/g)].flatMap(([, code = ""]) =>
      code.split(/[.\s,:"]+/)
    ),
  );
  assertEquals([...new Set(words)].filter((word) => !quoted.has(word)), []);
});

Deno.test("docs/manifest.md has a row for every family", () => {
  const missing = FAMILIES.filter(({ family }) => !PAGE.includes(`| \`${family}\``));
  assertEquals(missing.map(({ family }) => family), []);
});
