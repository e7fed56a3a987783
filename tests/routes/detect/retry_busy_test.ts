import { assertEquals, assertRejects } from "@std/assert";
import { retryBusy } from "../../../routes/detect/retry_busy.ts";
import { BusyError, DomainError } from "../../../src/core/domain_error.ts";

/** Creates a task that fails with each of some errors, and then returns the number of its calls. */
function failing(...errors: readonly Error[]) {
  const task = {
    calls: 0,
    run() {
      const error = errors[task.calls++];
      return error === undefined ? Promise.resolve(task.calls) : Promise.reject(error);
    },
  };
  return task;
}

const busy = new BusyError("full", 1);
const { signal } = new AbortController();

Deno.test("retryBusy() runs the task again while the server is busy", async () => {
  const task = failing(busy, new BusyError("full", 0));
  assertEquals(await retryBusy(task.run, { forMs: 60_000, signal }), 3);
});

for (
  const [name, error, forMs] of [
    ["busy without time left", busy, 0],
    ["busy whose pause is longer than the time left", new BusyError("full", 900), 800],
    ["another error", new DomainError("corrupt-image", "bad"), 60_000],
    ["an error without a code", new TypeError("wrong"), 60_000],
  ] as const
) {
  Deno.test(`retryBusy() throws ${name} at once`, async () => {
    const task = failing(error);
    const thrown = await assertRejects(() => retryBusy(task.run, { forMs, signal }));
    assertEquals([thrown, task.calls], [error, 1]);
  });
}

Deno.test("retryBusy() stops when the client is gone, before and during a pause", async () => {
  for (const isGone of [true, false]) {
    const task = failing(new BusyError("full", 60_000));
    const client = new AbortController();
    if (isGone) client.abort();
    const retried = retryBusy(task.run, { forMs: 60_000, signal: client.signal });
    queueMicrotask(() => client.abort());
    const { code } = await assertRejects(() => retried, DomainError);
    assertEquals([code, task.calls], ["client-gone", 1]);
  }
});
