import { assertEquals } from "@std/assert";
import { soakStarts, startOnDeno } from "./starts.ts";

// `deno task soak:starts` starts more often, and on Node, too.
Deno.test("deno task detect ends in each of 5 starts beside a busy process", async () => {
  assertEquals(await soakStarts("deno", startOnDeno, 5, () => {}), []);
});
