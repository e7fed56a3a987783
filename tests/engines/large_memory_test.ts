import { assertEquals } from "@std/assert";

const GIB = 2 ** 30;

Deno.test("wasmEngine() with threads starts with 2 GiB of address space", async () => {
  assertEquals(await loadedWith(65_536), { threads: 2, reason: "asked for wasm", bytes: 2 * GIB });
});

Deno.test("wasmEngine() with threads takes less address space if the system refuses more", async () => {
  assertEquals(await loadedWith(20_000), { threads: 2, reason: "asked for wasm", bytes: GIB });
});

Deno.test("wasmEngine() falls back to one thread if the system refuses the address space", async () => {
  const { threads, reason, bytes } = await loadedWith(8191);
  assertEquals([threads, bytes < GIB], [1, true]);
  assertEquals(
    reason,
    "asked for wasm, after wasm with 2 threads: the system refuses 512 MiB of address space",
  );
});

/** Loads a model in a process of its own, which the engine starts in once. */
async function loadedWith(
  grantedPages: number,
): Promise<{ threads: number; reason: string; bytes: number }> {
  const script = new URL("./large_memory_process.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--lock=tests/deno.lock", script, String(grantedPages)],
    cwd: new URL("../../", import.meta.url),
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}
