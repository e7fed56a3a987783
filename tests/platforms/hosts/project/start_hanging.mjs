// Starts a worker process that hangs, and prints a line once it does.
import { WorkerProcess } from "./node_modules/retinanet-edge/src/platforms/host/process/worker_process.js";

const worker = new WorkerProcess(new URL("hanging_worker.mjs", import.meta.url));
worker.postMessage({ kind: "load", load: {} });
setTimeout(() => console.log("hangs"), 2000);
