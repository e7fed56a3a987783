import { assertEquals } from "@std/assert";
import { importsOf, packageOf } from "../../packaging/imports_of.ts";

Deno.test("importsOf() returns the specifiers of every form of import, and nothing else", () => {
  const text = [
    'import "a";',
    'import b, { c as from } from "b";',
    'import * as d from "./d.js";import{e}from"./e.js";',
    'export { f } from "@scope/f/g.js";',
    'export * from "node:fs";',
    'const h = await import("h"), i = import.meta.resolve("i/i.wasm");',
    'export declare const j: import("j").J;',
    '// import "comment";',
    '/* export * from "comment"; */',
    'export const from = "text", k = `import "${from}" is missing from "l"`;',
    'throw new Error("no import " + "m");',
  ].join("\n");
  assertEquals(importsOf(text), [
    ...["a", "b", "./d.js", "./e.js", "@scope/f/g.js", "node:fs", "h", "i/i.wasm", "j"],
  ]);
});

Deno.test("packageOf() returns the package of a bare specifier only", () => {
  const specifiers = ["a", "a/b.js", "@scope/f/g.js", "./a.js", "../a.js", "node:fs"];
  const names = ["a", "a", "@scope/f", undefined, undefined, undefined];
  assertEquals(specifiers.map(packageOf), names);
});
