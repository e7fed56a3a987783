import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  endSpares,
  startSpare,
  takeProcess,
} from "../../../src/platforms/host/process/spare_process.ts";

/** Program that runs until its standard input closes. */
const SCRIPT = new URL("./idle_process.ts", import.meta.url);

async function end(process: ChildProcess): Promise<void> {
  const exit = once(process, "exit");
  process.kill("SIGKILL");
  await exit;
}

Deno.test("takeProcess() returns the spare process once, then a new process", async () => {
  const spare = startSpare(SCRIPT);
  assert(takeProcess(SCRIPT) === spare);
  const other = takeProcess(SCRIPT);
  assert(spare.pid !== undefined && other.pid !== undefined);
  assertNotEquals(spare.pid, other.pid);
  await Promise.all([end(spare), end(other)]);
});

Deno.test("takeProcess() returns no spare process of another script", async () => {
  const spare = startSpare(SCRIPT);
  const other = takeProcess(new URL("?other", SCRIPT));
  assert(other !== spare && takeProcess(SCRIPT) === spare);
  await Promise.all([end(spare), end(other)]);
});

Deno.test("takeProcess() returns no process that has ended", async () => {
  const spare = startSpare(SCRIPT);
  await end(spare);
  const next = takeProcess(SCRIPT);
  assert(next !== spare);
  await end(next);
});

Deno.test("endSpares() kills the processes that nobody took, and no others", async () => {
  const taken = takeProcess(SCRIPT);
  const spare = startSpare(SCRIPT);
  endSpares();
  const next = takeProcess(SCRIPT);
  assertEquals([spare.killed, taken.killed, next.killed], [true, false, false]);
  await Promise.all([end(taken), end(next)]);
});
