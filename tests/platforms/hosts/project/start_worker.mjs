// Starts a worker as the package does, and tells what that may do.
import { WorkerProcess } from "./node_modules/retinanet-edge/src/platforms/host/process/worker_process.js";

const worker = new WorkerProcess(new URL("worker.mjs", import.meta.url));
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
