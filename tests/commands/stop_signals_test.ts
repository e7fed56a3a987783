import { assertEquals } from "@std/assert";
import process from "node:process";
import { onStopSignals } from "../../src/commands/shared/stop_signals.ts";

Deno.test("onStopSignals() ends at once only after the pause", async () => {
  const calls: string[] = [];
  const steps = { stop: () => calls.push("stop"), end: () => calls.push("end") };

  const stopLong = onStopSignals(["SIGINT", "SIGTERM"], steps, 1e6);
  for (const signal of ["SIGINT", "SIGINT", "SIGTERM"] as const) process.emit(signal, signal);
  assertEquals(calls.splice(0), ["stop"]);
  stopLong();

  const stopShort = onStopSignals(["SIGINT"], steps, 0);
  process.emit("SIGINT", "SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 1));
  process.emit("SIGINT", "SIGINT");
  assertEquals(calls, ["stop", "end"]);
  stopShort();
  assertEquals([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")], [0, 0]);
});
