import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main, newKey } from "../../src/commands/key.ts";
import { runMain } from "./run_main.ts";

Deno.test("key prints a new key, and its entry with the name", async () => {
  const { code, stdout } = await runMain(main, "alice");
  assertEquals(code, 0);
  assertMatch(stdout, /^ {2}rne_[\w-]{43}$/m);
  assertMatch(stdout, /^ {2}alice:[0-9a-f]{64}$/m);
});

Deno.test("key refuses a name with other characters", async () => {
  const { code, stdout, stderr } = await runMain(main, "a:b");
  assertEquals([code, stdout], [1, ""]);
  assertStringIncludes(stderr, 'it is "a:b"');
});

Deno.test("newKey() never returns the same key twice", async () => {
  const [one, other] = [await newKey("alice"), await newKey("alice")];
  assertEquals(one.key === other.key, false);
});
