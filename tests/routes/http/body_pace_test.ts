import { assertEquals } from "@std/assert";
import { watchPace } from "../../../routes/http/body_pace.ts";

/** Counts the stalls of a body whose bytes grow by `step` from `start` during some windows. */
async function stallsOf(start: number, step: number): Promise<number> {
  let stalls = 0;
  const stalled = Promise.withResolvers<void>();
  using watch = watchPace(() => {
    stalls++;
    stalled.resolve();
  }, 20);
  let size = start;
  watch.progress(size);
  const timer = setInterval(() => watch.progress(size += step), 2);
  await Promise.race([stalled.promise, new Promise((resolve) => setTimeout(resolve, 300))]);
  clearInterval(timer);
  return stalls;
}

for (
  const [name, start, step, stalls] of [
    ["stalls after much of it", 1_000_000, 0, 1],
    ["drips after much of it", 1_000_000, 1, 1],
    ["comes at a good pace", 1_000_000, 100_000, 0],
    ["has little and stalls", 65_536, 0, 0],
  ] as const
) {
  Deno.test(`watchPace() reports ${stalls} stalls of a body that ${name}`, async () => {
    assertEquals(await stallsOf(start, step), stalls);
  });
}
