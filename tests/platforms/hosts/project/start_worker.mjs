// Starts a worker process like the package does, and prints the outcomes of its attempts.
import { WorkerProcess } from "./node_modules/retinanet-edge/src/platforms/host/process/worker_process.js";

const worker = new WorkerProcess(new URL("worker.mjs", import.meta.url));
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
