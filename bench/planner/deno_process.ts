import process from "node:process";
import { pathToFileURL } from "node:url";
import { openEmbedded } from "../../src/embed/detector.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { MemoryMeter } from "../../src/platforms/workerd/metering/memory_meter.ts";
import { meteredRuntime } from "../../src/platforms/workerd/metering/metered_runtime.ts";
import { readUrl } from "../../src/platforms/host/read_url.ts";
import { type Measured, peakResidentBytes } from "./measured.ts";

// deno_process.ts MANIFEST IMAGE ROUNDS: measures a model, cold start included, in this process.
const [manifest, image, rounds] = process.argv.slice(2);
if (manifest === undefined || image === undefined) throw new TypeError("Arguments are missing");
const bytes = await Deno.readFile(image);

const meter = new MemoryMeter();
meter.watchWasm();
const { result, peak } = await meter.peakOf(async () => {
  meter.hold(bytes);
  const runtime = meteredRuntime(await hostRuntime({ threads: 1 }), meter);
  const options = { model: pathToFileURL(manifest), engine: "wasm" } as const;
  const detector = await openEmbedded({ runtime, readFile: readUrl }, options);
  await detector.detect(bytes);
  const coldMs = processorMs();
  let imageMs = Infinity;
  for (let round = 0; round < Number(rounds); round++) {
    const before = processorMs();
    await detector.detect(bytes);
    imageMs = Math.min(imageMs, processorMs() - before);
  }
  // Decoders release their memory before the engine runs.
  const engineBytes = meter.now.wasm;
  await detector.close();
  return { engineBytes, coldMs, imageMs };
});
const measured: Measured = {
  ...result,
  heapBytes: peak.wasm + peak.buffers,
  processBytes: await peakResidentBytes(process.pid),
};
console.log(JSON.stringify(measured));

/** Returns the CPU time of all threads since the start of the process. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
