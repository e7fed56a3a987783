import { assertEquals, assertRejects } from "@std/assert";
import { ByteBudget } from "../../../routes/http/byte_budget.ts";
import { leasedBody, partsOf } from "../../../routes/http/leased_body.ts";

/** Creates a body of 200,000 bytes, and the budget that it takes them from. */
function bodyOf(signal: AbortSignal, windowMs?: number) {
  const budget = new ByteBudget(1_000_000);
  const lease = budget.lease("a");
  lease.take(200_000);
  const body = leasedBody(partsOf(new Uint8Array(200_000)), lease, signal, windowMs);
  return { budget, body };
}

Deno.test("leasedBody() returns its bytes at the end, on cancel, and when the client is gone", async () => {
  const whole = bodyOf(new AbortController().signal);
  assertEquals(whole.budget.taken, 200_000);
  assertEquals((await new Response(whole.body).bytes()).length, 200_000);
  const cancelled = bodyOf(new AbortController().signal);
  await cancelled.body.cancel();
  const client = new AbortController();
  const gone = bodyOf(client.signal);
  client.abort();
  assertEquals([whole, cancelled, gone].map(({ budget }) => budget.taken), [0, 0, 0]);
});

Deno.test("leasedBody() ends a response that its client does not read", async () => {
  const { budget, body } = bodyOf(new AbortController().signal, 20);
  const reader = body.getReader();
  await reader.read();
  await reader.read();
  await assertRejects(() => reader.closed, Error, "too slowly");
  assertEquals(budget.taken, 0);
});
