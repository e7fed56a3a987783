import { assert, assertEquals } from "@std/assert";
import { FairQueue } from "../../src/serving/fair_queue.ts";
import { seededRandom } from "../random.ts";

/** Shifts all items. */
function drained<Item>(queue: FairQueue<Item>): Item[] {
  const items: Item[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item);
  return items;
}

Deno.test("FairQueue gives each client one turn per round, oldest item first", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "b2", "c1"]) queue.push(item[0]!, item);
  assertEquals(drained(queue), ["a1", "b1", "c1", "a2", "b2", "a3"]);
  assertEquals(queue.length, 0);
});

Deno.test("FairQueue gives a client that comes back the last turn", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "b1", "b2"]) queue.push(item[0]!, item);
  assertEquals(queue.shift(), "a1");
  queue.push("a", "a2");
  assertEquals(drained(queue), ["b1", "a2", "b2"]);
});

Deno.test("FairQueue serves a new client before those that have had a turn, each once per turn", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "b2"]) queue.push(item[0]!, item);
  assertEquals([queue.shift(), queue.shift()], ["a1", "b1"]);
  queue.push("c", "c1");
  queue.push("d", "d1"); // a and b have been passed already
  assertEquals(drained(queue), ["c1", "a2", "b2", "d1", "a3"]);
});

Deno.test("FairQueue gives a client that always comes back at once no more turns than others", () => {
  const queue = new FairQueue<string>();
  for (let i = 0; i < 30; i++) for (const client of ["b", "c"]) queue.push(client, client);
  const order: string[] = [];
  for (let turn = 0; turn < 30; turn++) {
    queue.push("a", "a");
    order.push(queue.shift()!);
    while (order.at(-1) !== "a") order.push(queue.shift()!);
  }
  const turns = (client: string) => order.filter((each) => each === client).length;
  assert(turns("a") <= Math.min(turns("b"), turns("c")) + 2, order.join(""));
});

Deno.test("FairQueue serves a client with many items beside endless new clients", () => {
  const queue = new FairQueue<string>();
  for (let i = 0; i < 10; i++) queue.push("old", "old");
  const order: string[] = [];
  for (let turn = 0; turn < 40; turn++) {
    queue.push(`new ${turn}`, "new");
    order.push(queue.shift()!);
  }
  // The wait grows with the number of new clients ahead, which grows by one with each turn of "old".
  assert(order.filter((item) => item === "old").length >= 5, order.join());
});

Deno.test("FairQueue removes one item, and leaves the turns of the others", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "b1"]) queue.push(item[0]!, item);
  queue.remove("a", "a1");
  queue.remove("a", "a1");
  queue.remove("nobody", "a2");
  assertEquals(queue.length, 2);
  assertEquals(drained(queue), ["a2", "b1"]);
});

Deno.test("FairQueue makes room with the newest item of the client that has the most", () => {
  const queue = new FairQueue<string>();
  for (const item of ["a1", "a2", "a3", "b1", "b2"]) queue.push(item[0]!, item);
  assert(queue.canMakeRoomFor("c"));
  assertEquals(queue.makeRoomFor("c"), "a3");
  assertEquals(queue.makeRoomFor("b"), undefined); // has as many as the other client
  assertEquals(queue.makeRoomFor("a"), undefined);
  assertEquals(queue.makeRoomFor("c"), "a2");
  queue.push("c", "c1");
  assertEquals(queue.makeRoomFor("c"), undefined); // b has one item more, which is not enough
  assert(!queue.canMakeRoomFor("c"));
  assertEquals(queue.length, 4);
});

Deno.test("FairQueue loses no item, keeps the order of each client and starves none", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const queue = new FairQueue<{ client: string; n: number; turns: number }>();
    const waiting = new Map<string, number[]>();
    const next = new Map<string, number>();
    let turns = 0;
    for (let step = 0; step < 300; step++) {
      const client = `c${Math.floor(random() * 6)}`;
      const own = waiting.get(client) ?? [];
      const choice = random();
      if (choice < 0.5) {
        const n = next.get(client) ?? 0;
        next.set(client, n + 1);
        waiting.set(client, [...own, n]);
        queue.push(client, { client, n, turns });
      } else if (choice < 0.9) {
        const item = queue.shift();
        if (item === undefined) continue;
        turns++;
        const [first, ...rest] = waiting.get(item.client)!;
        assertEquals(item.n, first);
        waiting.set(item.client, rest);
        // A round has at most six turns, one for each item that was ahead of this one.
        assert(turns - item.turns <= 6 * (item.n + 1), `starved in seed ${seed}`);
      } else {
        const most = Math.max(0, ...[...waiting.values()].map(({ length }) => length));
        const item = queue.makeRoomFor(client);
        assertEquals(item !== undefined, most > own.length + 1);
        if (item === undefined) continue;
        assertEquals(waiting.get(item.client)?.length, most);
        assertEquals(waiting.get(item.client)?.pop(), item.n);
      }
      const count = [...waiting.values()].reduce((sum, { length }) => sum + length, 0);
      assertEquals(queue.length, count);
    }
    assertEquals(queue.clear().length, [...waiting.values()].flat().length);
    assertEquals([queue.length, queue.shift()], [0, undefined]);
  }
});

/** Creates a queue of texts such as `a5`: item of client a that costs 5 turns. */
function costly(...items: readonly string[]): FairQueue<string> {
  const queue = new FairQueue<string>((item) => Number(item.slice(1)));
  for (const item of items) queue.push(item[0]!, item);
  return queue;
}

Deno.test("FairQueue makes a client pay for a long item with its next turns", () => {
  // After a3, client a leaves two turns to b.
  const queue = costly("a3", "a1", "b1", "b1", "b1", "b1");
  assertEquals(queue.cost, 8);
  assertEquals(drained(queue), ["a3", "b1", "b1", "b1", "a1", "b1"]);
  assertEquals(queue.cost, 0);
});

Deno.test("FairQueue gives each client the same cost over time", () => {
  const queue = costly(
    ...Array.from({ length: 10 }, () => "a4"),
    ...Array.from({ length: 40 }, () => "b1"),
  );
  const served = { a: 0, b: 0 };
  for (let i = 0; i < 25; i++) {
    const item = queue.shift()!;
    served[item[0] as "a" | "b"] += Number(item.slice(1));
  }
  assert(Math.abs(served.a - served.b) <= 4, JSON.stringify(served));
});

Deno.test("FairQueue serves a client at once if no other client waits", () => {
  assertEquals(drained(costly("a100", "a100", "a1")), ["a100", "a100", "a1"]);
});

Deno.test("FairQueue makes a client without items pay, too", () => {
  const queue = costly("a3", "b1", "b1", "b1", "b1");
  assertEquals(queue.shift(), "a3");
  assertEquals(queue.shift(), "b1");
  queue.push("a", "a1");
  assertEquals(drained(queue), ["b1", "b1", "a1", "b1"]);
});

Deno.test("FairQueue.shift() takes the next wanted item, and keeps the places of the others", () => {
  const queue = costly("a5", "b5", "b1", "c1");
  const isShort = (item: string) => item.endsWith("1");
  assertEquals(queue.count(isShort), 2);
  assertEquals([queue.shift(isShort), queue.shift(isShort)], ["b1", "c1"]);
  assertEquals(queue.shift(isShort), undefined);
  assertEquals([queue.length, queue.cost], [2, 10]);
  assertEquals(drained(queue), ["a5", "b5"]);
});

Deno.test("FairQueue counts the cost of removed items", () => {
  const queue = costly("a5", "a3", "b1");
  queue.remove("a", "a5");
  assertEquals(queue.cost, 4);
  assertEquals(queue.makeRoomFor("c"), undefined);
  queue.push("a", "a7");
  assertEquals(queue.makeRoomFor("c"), "a7");
  assertEquals(queue.cost, 4);
  queue.clear();
  assertEquals([queue.cost, queue.length], [0, 0]);
});
