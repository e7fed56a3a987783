import { readConfig } from "../src/server/config.ts";
import { startServer } from "../src/platforms/host/server.ts";
import type { Provider } from "../src/ports/session.ts";
import type { Order } from "./pipeline_worker.ts";
import { measure, type Measurement } from "./stopwatch.ts";

/**
 * The bare engine, the detector and the server, on one engine and one 1080p JPEG; then the
 * server's `/healthz` while it detects.
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
      ["bare session.run", () => worker.ask({ kind: "session.run" })],
      ["detector.detect(bytes)", () => worker.ask({ kind: "detector.detect" })],
      ["POST /detect over loopback", post],
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

/** Asks for health until a detection that began before has ended; the slowest answer counts. */
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
