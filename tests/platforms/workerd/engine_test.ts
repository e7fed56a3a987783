import { assert, assertEquals, assertRejects } from "@std/assert";
import { withInstantiate } from "../../../src/platforms/workerd/engine.ts";

/** Shortest wasm module: a magic number and a version. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

Deno.test("withInstantiate() restores the original after overlapping tasks", async () => {
  const original = WebAssembly.instantiate;
  const module = await WebAssembly.compile(EMPTY_MODULE);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const tasks = [first, second].map(({ promise }) => withInstantiate(module, () => promise));
  first.resolve();
  await tasks[0];
  assert(WebAssembly.instantiate !== original, "the second task still needs the replacement");
  second.reject(new Error("it did not start"));
  await assertRejects(() => tasks[1], Error, "it did not start");
  assert(WebAssembly.instantiate === original);
});

Deno.test("withInstantiate() replaces empty bytes only", async () => {
  const module = await WebAssembly.compile(EMPTY_MODULE);
  await withInstantiate(module, async () => {
    const ours = await WebAssembly.instantiate(new Uint8Array(0));
    assert(ours.module === module);
    const theirs = await WebAssembly.instantiate(EMPTY_MODULE);
    assert(theirs.module !== module);
    assertEquals(Object.keys(await WebAssembly.instantiate(module)), []);
    await assertRejects(() => WebAssembly.instantiate(Uint8Array.of(1)), WebAssembly.CompileError);
  });
});
