import { assertEquals, assertRejects } from "@std/assert";
import { serialQueue } from "../../src/engines/serial_queue.ts";

Deno.test("serialQueue() runs one task at a time, in the order of the calls", async () => {
  const enqueue = serialQueue();
  const events: string[] = [];
  const task = (name: string, turns: number) => async () => {
    events.push(`${name} starts`);
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    events.push(`${name} ends`);
  };
  await Promise.all([enqueue(task("a", 20)), enqueue(task("b", 1)), enqueue(task("c", 5))]);
  assertEquals(events, ["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
});

Deno.test("serialQueue() runs the next task after one that throws or rejects", async () => {
  const enqueue = serialQueue();
  const thrown = enqueue(() => {
    throw new Error("thrown");
  });
  const rejected = enqueue(() => Promise.reject(new Error("rejected")));
  const next = enqueue(() => Promise.resolve("next"));
  await assertRejects(() => thrown, Error, "thrown");
  await assertRejects(() => rejected, Error, "rejected");
  assertEquals(await next, "next");
  assertEquals(await enqueue(() => Promise.resolve("later")), "later");
});
