import { assert, assertEquals, assertRejects } from "@std/assert";
import { withInstantiate } from "../../../src/platforms/workerd/engine.ts";

/** The shortest module there is: a magic number and a version. */
const NOTHING = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

Deno.test("withInstantiate() puts the original back after tasks that overlap", async () => {
  const original = WebAssembly.instantiate;
  const module = await WebAssembly.compile(NOTHING);
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const tasks = [first, second].map(({ promise }) => withInstantiate(module, () => promise));
  first.resolve();
  await tasks[0];
  assert(WebAssembly.instantiate !== original, "the second still needs it");
  second.reject(new Error("it did not start"));
  await assertRejects(() => tasks[1], Error, "it did not start");
  assert(WebAssembly.instantiate === original);
});

Deno.test("withInstantiate() answers empty bytes with the module, and others with theirs", async () => {
  const module = await WebAssembly.compile(NOTHING);
  await withInstantiate(module, async () => {
    const ours = await WebAssembly.instantiate(new Uint8Array(0));
    assert(ours.module === module);
    const theirs = await WebAssembly.instantiate(NOTHING);
    assert(theirs.module !== module);
    assertEquals(Object.keys(await WebAssembly.instantiate(module)), []);
    await assertRejects(() => WebAssembly.instantiate(Uint8Array.of(1)), WebAssembly.CompileError);
  });
});
