import { createDetector } from "../../src/detect/detector.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

// Loads everyday8 on the engine wasm with two threads and prints its engine and the bytes of its
// memory. The argument is the size of shared memory that the system grants at once, in pages.
const granted = Number(Deno.args[0]);
const memories: WebAssembly.Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    if (descriptor.initial > granted) throw new RangeError("could not allocate memory");
    super(descriptor);
    memories.push(this);
  }
};
const runtime = await hostRuntime({ threads: 2 });
const { engine } = await createDetector(runtime, { model: "everyday8", engine: "wasm" });
// Others that were created only asked the system for a size.
const bytes = memories.at(-1)?.buffer.byteLength;
console.log(JSON.stringify({ threads: engine.threads, reason: engine.reason, bytes }));
Deno.exit(0);
