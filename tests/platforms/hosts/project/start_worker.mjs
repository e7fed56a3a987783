// Starts a worker as the package does, and tells what that may do.
import { ProcessWorker } from "./node_modules/retinanet-edge/src/platforms/host/process/process_worker.js";

const worker = new ProcessWorker(new URL("worker.mjs", import.meta.url));
worker.onmessage = ({ data }) => {
  console.log(JSON.stringify(data));
  worker.terminate();
};
