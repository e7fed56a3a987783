import { assertEquals } from "@std/assert";
import { MemoryMeter } from "../../../src/platforms/workerd/metering/memory_meter.ts";

const PAGE = 65_536;

/** `(module (memory (export "m") 2))` */
const TWO_PAGES = new WebAssembly.Module(
  Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[5, 3, 1, 0, 2],
    ...[7, 5, 1, 1, 0x6d, 2, 0],
  ),
);

// One test with steps, because the meter patches WebAssembly for the rest of this file.
Deno.test("MemoryMeter", async (test) => {
  const meter = new MemoryMeter();
  meter.watchWasm();

  await test.step("counts memories of JavaScript and of instances, also after they grow", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    assertEquals(meter.now.wasm, PAGE);
    new WebAssembly.Instance(TWO_PAGES);
    assertEquals(meter.now.wasm, 3 * PAGE);
    const instance = await WebAssembly.instantiate(TWO_PAGES);
    assertEquals(meter.now.wasm, 5 * PAGE);
    assertEquals(instance instanceof WebAssembly.Instance, true);
    memory.grow(2);
    assertEquals(meter.now.wasm, 7 * PAGE);
  });

  await test.step("transient() counts the instances of a task until their release", () => {
    const before = meter.now.wasm;
    const { result, memories, release } = meter.transient(() =>
      new WebAssembly.Instance(TWO_PAGES)
    );
    assertEquals(memories, [result.exports.m as WebAssembly.Memory]);
    assertEquals(meter.now.wasm, before + 2 * PAGE);
    release();
    release();
    assertEquals(meter.now.wasm, before);
  });

  await test.step("hold() counts the whole buffer of a view until its release", () => {
    const release = meter.hold(new Uint8Array(1000).subarray(10, 20));
    assertEquals(meter.now.buffers, 1000);
    release();
    assertEquals(meter.now.buffers, 0);
  });

  await test.step("peakOf() returns the peak of a task, also if its memory is released meanwhile", async () => {
    const { wasm } = meter.now;
    const { result, peak } = await meter.peakOf(async () => {
      meter.hold(new Uint8Array(500))();
      const release = meter.hold(new Uint8Array(3000));
      await Promise.resolve();
      release();
      meter.hold(new Uint8Array(700))();
      return "done";
    });
    assertEquals([result, peak], ["done", { wasm, buffers: 3000 }]);
  });
});
