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
  using lease = budget.lease("a");
  lease.take(150);
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
