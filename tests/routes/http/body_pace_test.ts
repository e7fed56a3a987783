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

Deno.test("watchPace() begins to count after the free bytes, not in the middle of a window", async () => {
  const stalled = Promise.withResolvers<string>();
  using watch = watchPace(() => stalled.resolve("stalled"), 200);
  await new Promise((resolve) => setTimeout(resolve, 150));
  watch.progress(70_000); // little of the rest arrives in the last quarter of the first window
  const timer = setTimeout(() => watch.progress(200_000), 150);
  const late = new Promise<string>((resolve) => setTimeout(resolve, 270, "none"));
  assertEquals(await Promise.race([stalled.promise, late]), "none");
  clearTimeout(timer);
});

Deno.test("watchPace() does not judge a window in which its thread was blocked", async () => {
  const stalled = Promise.withResolvers<string>();
  using watch = watchPace(() => stalled.resolve("stalled"), 40);
  watch.progress(1_000_000);
  await new Promise((resolve) => setTimeout(resolve, 50)); // the first window has ended
  for (const end = performance.now() + 150; performance.now() < end;); // bytes wait in the socket
  setTimeout(() => watch.progress(2_000_000)); // read after the late timer
  const soon = new Promise<string>((resolve) => setTimeout(resolve, 25, "none"));
  assertEquals(await Promise.race([stalled.promise, soon]), "none");
});

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
