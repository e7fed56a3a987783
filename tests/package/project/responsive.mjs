import { readFile } from "node:fs/promises";
import { createApp, createDetector } from "retinanet-edge";

// Sends four images to an app, then asks for its health, with the detector in a worker process and on
// this thread. Prints the order of the responses.
const body = await readFile(process.argv[2]);

async function orderOf(worker) {
  const detector = await createDetector({ model: "everyday8", engine: "wasm", threads: 2, worker });
  const app = createApp({ detector });
  const order = [];
  const ask = async (path, init) => {
    const { status } = await app.request(path, init);
    order.push(`${path} ${status}`);
  };
  const images = Array.from({ length: 4 }, () => ask("/detect", { method: "POST", body }));
  // A timer of the program itself, which then gets its turn.
  await new Promise((resolve) => setTimeout(resolve, 1));
  await Promise.all([ask("/healthz"), ...images]);
  await detector.close();
  return order;
}

console.log(JSON.stringify({ apart: await orderOf(true), here: await orderOf(false) }));
