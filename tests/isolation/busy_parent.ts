import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { WorkerProcess } from "../../src/platforms/host/process/worker_process.ts";
import { workerDetector } from "../../src/isolation/worker_detector.ts";

// Parent process of a worker process that hangs: in the decoder if the argument is 0, in the engine
// if it is 1. Prints a line once it hangs.
const detector = await workerDetector(
  new WorkerProcess(new URL("./hanging_process.ts", import.meta.url)),
  {
    model: "everyday8",
    folder: new URL("../../models/", import.meta.url).href,
    engine: "wasm",
    threads: 1,
    limits: DEFAULT_IMAGE_LIMITS,
  },
);
void detector.detect(Uint8Array.of(Number(Deno.args[0])));
setTimeout(() => console.log("hangs"), 500);
