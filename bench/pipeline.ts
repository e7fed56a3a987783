import { readConfig } from "../src/server/config.ts";
import { startServer } from "../src/platforms/host/server.ts";
import type { Provider } from "../src/ports/session.ts";
import type { Order } from "./pipeline_worker.ts";
import { measure, type Measurement } from "./stopwatch.ts";

/** Name of the engine alone. */
export const SESSION_RUN = "bare session.run";
/** Name of a request to the server. */
export const POST_DETECT = "POST /detect over loopback";

/**
 * Times the engine alone, the detector and the server with one 1080p JPEG, and then the server's
 * `/healthz` while it detects.
 */
export async function measurePipeline(
  image: Uint8Array<ArrayBuffer>,
  engine: Provider,
  threads: number,
  rounds: number,
): Promise<Measurement[]> {
  const worker = openWorker();
  await worker.ask({ kind: "open", engine, threads, image });
  const server = await startServer(
    readConfig({ PORT: "0", ENGINE: engine, THREADS: `${threads}` }),
    "text",
  );
  await server.started;
  const post = async () => {
    const response = await fetch(`${server.url}/detect`, { method: "POST", body: image });
    if (!response.ok) throw new Error(await response.text());
    await response.json();
  };
  try {
    const stages = await measure([
      [SESSION_RUN, () => worker.ask({ kind: "session.run" })],
      ["detector.detect(bytes)", () => worker.ask({ kind: "detector.detect" })],
      [POST_DETECT, post],
    ], rounds);
    const health = await measure([
      ["GET /healthz while it detects", () => healthDuring(server.url, post)],
    ], rounds);
    return [...stages, ...health];
  } finally {
    await server.stop();
    worker.end();
  }
}

/** Returns the slowest answer of `/healthz` during a detection, in milliseconds. */
async function healthDuring(url: string, detect: () => Promise<void>): Promise<number> {
  let ended = false;
  const detection = detect().finally(() => ended = true);
  let worst = 0;
  while (!ended) {
    const started = performance.now();
    await (await fetch(`${url}/healthz`)).arrayBuffer();
    worst = Math.max(worst, performance.now() - started);
  }
  await detection;
  return worst;
}

function openWorker() {
  const script = new URL("./pipeline_worker.ts", import.meta.url);
  const worker = new Worker(script, { type: "module" });
  return {
    ask(order: Order): Promise<number> {
      const answer = Promise.withResolvers<number>();
      worker.onmessage = ({ data }) => answer.resolve(data);
      worker.onerror = ({ message }) => answer.reject(new Error(message));
      worker.postMessage(order);
      return answer.promise;
    },
    end: () => worker.terminate(),
  };
}
