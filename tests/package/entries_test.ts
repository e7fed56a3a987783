import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { COMMANDS, CONDITIONS, EXPORTS, FILES, PROGRAMS } from "../../packaging/entries.ts";
import { ROOT } from "../../packaging/tools.ts";

Deno.test("EXPORTS gives npm the entry points and default modules of deno.json", () => {
  const defaults = Object.entries(EXPORTS).map(([entryPoint, conditions]) => [
    entryPoint,
    `./${conditions.default}`,
  ]);
  assertEquals(Object.fromEntries(defaults), config.exports);
});

Deno.test("EXPORTS lists every condition, and the default last", () => {
  for (const [entryPoint, conditions] of Object.entries(CONDITIONS)) {
    assertEquals(Object.keys(EXPORTS[entryPoint] ?? {}), [...Object.keys(conditions), "default"]);
  }
});

Deno.test("every module and file of the package exists", async () => {
  const modules = Object.values(EXPORTS).flatMap((conditions) => Object.values(conditions));
  const paths = [...modules, ...Object.values(COMMANDS), ...PROGRAMS, ...Object.keys(FILES)];
  for (const path of paths) assert((await Deno.stat(new URL(path, ROOT))).isFile, path);
});

Deno.test("the README and consumer.ts name every entry point of the package", async () => {
  for (const path of ["packaging/README.md", "tests/package/project/consumer.ts"]) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    for (const entryPoint of Object.keys(config.exports).filter((name) => name !== ".")) {
      const name = entryPoint.replace(".", "retinanet-edge");
      assert(new RegExp(`["\`]${name}["\`]`).test(text), `${path} must name ${name}`);
    }
  }
});
