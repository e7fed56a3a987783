import { assertEquals } from "@std/assert";
import { PROBLEMS } from "../../../routes/http/problem.ts";

Deno.test("docs/api.md lists every code of a problem with its status", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/api.md", import.meta.url));
  const [, table = ""] = text.split("## Problems");
  const listed = [...table.matchAll(/^\| ([^|]+) \| ([^|]+) \|/gm)].flatMap(
    ([, codes, statuses]) => {
      const numbers = statuses!.split(",").map(Number);
      return [...codes!.matchAll(/`([\w-]+)`/g)].map(([, code], i) => [code, numbers[i]] as const);
    },
  );
  const stated = Object.entries(PROBLEMS).map(([code, [status]]) => [code, status] as const);
  assertEquals(new Map(listed.toSorted()), new Map(stated.toSorted()));
});
