import { assertEquals, assertRejects } from "@std/assert";
import { importLate, ownModule } from "../../../src/platforms/host/own_module.ts";

const MODULES: [path: string, from: string, url: string][] = [
  ["./a", "file:///program/src/b.ts", "file:///program/src/a.ts"],
  ["./a", "file:///package/src/b.js", "file:///package/src/a.js"],
  ["../x/a", "file:///my%20program/src/b.c.ts", "file:///my%20program/x/a.ts"],
];

for (const [path, url, expected] of MODULES) {
  Deno.test(`ownModule() finds ${path} from ${url}`, () => {
    assertEquals(ownModule(path, { url }).href, expected);
  });
}

Deno.test("importLate() imports a module, and rejects if there is none", async () => {
  const { measure } = await importLate<typeof import("../../../bench/stopwatch.ts")>(
    "../../../bench/stopwatch",
    import.meta,
  );
  assertEquals(typeof measure, "function");
  await assertRejects(() => importLate("./missing", import.meta), TypeError, "missing.ts");
});
