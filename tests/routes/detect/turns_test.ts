import { assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../../routes/detect/turns.ts";
import { assertRejectsDomainError } from "../../testing.ts";

Deno.test("Turns runs one task in each turn of the event loop, in order", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const tick = () => seen.push("other");
  const timer = setInterval(tick, 0);
  await Promise.all(["a", "b", "c"].map((name) => turns.run("alice", () => seen.push(name))));
  clearInterval(timer);
  assertEquals(seen.filter((name) => name !== "other"), ["a", "b", "c"]);
  // Another timer had a turn between the tasks.
  assertEquals(seen.join(" ").includes("a b c"), false);
});

Deno.test("Turns refuses the 9th waiting task of a client, and the 33rd of all", async () => {
  const turns = new Turns();
  const clients = ["alice", "bob", "carol", "dave"];
  const running = clients.flatMap((client) =>
    Array.from({ length: 8 }, () => turns.run(client, () => client))
  );
  await assertRejectsDomainError(turns.run("alice", () => "late"), "busy", "8 of each client");
  await assertRejectsDomainError(turns.run("eve", () => "late"), "busy", "32 of all clients");
  assertEquals((await Promise.all(running)).length, 32);
  assertEquals(await turns.run("alice", () => "again"), "again");
});

Deno.test("Turns goes on after a task that fails", async () => {
  const turns = new Turns();
  const failing = turns.run("alice", () => {
    throw new TypeError("no");
  });
  const next = turns.run("alice", () => 1);
  await assertRejects(() => failing, TypeError, "no");
  assertEquals(await next, 1);
});
