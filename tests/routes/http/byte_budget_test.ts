import { assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../../src/core/domain_error.ts";
import { ByteBudget } from "../../../routes/http/byte_budget.ts";

Deno.test("ByteLease.take() uses reserved bytes first, and the budget only for the rest", () => {
  const budget = new ByteBudget(1000);
  using lease = budget.lease("a");
  {
    using _reserved = lease.reserve(300);
    assertEquals(budget.taken, 300);
    lease.take(200); // 100 reserved bytes are left
    assertEquals(budget.taken, 300);
    lease.take(150); // 100 of them reserved, 50 new
    assertEquals(budget.taken, 350);
  }
  assertEquals(budget.taken, 350);
});

Deno.test("ByteLease.reserve() returns what was not taken, and dispose() returns the rest", () => {
  const budget = new ByteBudget(1000);
  {
    using lease = budget.lease("a");
    {
      using _reserved = lease.reserve(300);
      lease.take(20);
    }
    assertEquals(budget.taken, 20);
    lease.reserve(100);
    assertEquals(budget.taken, 120);
  }
  assertEquals(budget.taken, 0);
});

Deno.test("ByteLease.reserve() refuses what a client may not take, and then holds nothing", () => {
  const budget = new ByteBudget(1000);
  using other = budget.lease("a");
  other.take(150);
  using lease = budget.lease("a");
  // With 750, the client holds three times the 250 that stay free.
  const { code } = assertThrows(() => lease.reserve(601), DomainError);
  assertEquals([code, budget.taken], ["busy", 150]);
  lease.reserve(600);
  assertEquals(budget.taken, 750);
});

Deno.test("ByteLease.moved() moves the taken bytes, and leaves the reservation", () => {
  const budget = new ByteBudget(1000);
  using lease = budget.lease("a");
  const reserved = lease.reserve(300);
  lease.take(100);
  const moved = lease.moved();
  reserved[Symbol.dispose]();
  assertEquals(budget.taken, 100);
  moved[Symbol.dispose]();
  assertEquals(budget.taken, 0);
});

Deno.test("ByteLease.reserve() reserves at most what one client may take of an unused budget", () => {
  const budget = new ByteBudget(1000);
  using lease = budget.lease("a");
  lease.reserve(5000);
  assertEquals(budget.taken, 750);
});

Deno.test("ByteLease.reserve() reserves what is left of that, if the request has bytes already", () => {
  const budget = new ByteBudget(1000);
  using lease = budget.lease("a");
  lease.take(150);
  lease.reserve(5000);
  assertEquals(budget.taken, 750);
});

Deno.test("ByteLease.expect() counts reserved bytes as taken from the budget already", () => {
  const budget = new ByteBudget(1000);
  using lease = budget.lease("a");
  lease.reserve(700);
  lease.expect(700);
  lease.expect(750);
  const { code } = assertThrows(() => lease.expect(751), DomainError);
  assertEquals([code, budget.taken], ["too-many-bytes", 700]);
});

for (const other of [0, 100]) {
  Deno.test(`ByteLease.take() refuses for good what never fits, with ${other} bytes of others`, () => {
    const budget = new ByteBudget(1000);
    using _others = held(budget, "b", other);
    using lease = budget.lease("a");
    lease.take(400);
    assertEquals(assertThrows(() => lease.take(351), DomainError).code, "too-many-bytes");
  });
}

Deno.test("ByteLease.take() refuses for now what fits without the bytes of others", () => {
  const budget = new ByteBudget(1000);
  using _others = held(budget, "b", 100);
  using lease = budget.lease("a");
  lease.take(400);
  // 750 is more than three times the 150 that would stay free.
  assertEquals(assertThrows(() => lease.take(350), DomainError).code, "busy");
});

/** Takes bytes for another client. */
function held(budget: ByteBudget, client: string, bytes: number) {
  const lease = budget.lease(client);
  lease.take(bytes);
  return lease;
}
