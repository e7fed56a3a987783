import { fruitImage } from "../sample_images/fruit_image.ts";
import { quantile } from "../soak/overload.ts";
import { residentBytes } from "../soak/resident_bytes.ts";

/** Server under attack. */
export interface Target {
  /** URL of the server. */
  readonly url: string;
  /** Process id of the server, or of the task that runs it. */
  readonly pid: number;
}

/** Measurements of one attack. */
export interface SiegeReport {
  /** Name of the attack. */
  readonly name: string;
  /** Peak resident memory of the server and its workers, bytes. */
  readonly peakBytes: number;
  /** Milliseconds from the end of the attack until `/healthz` and `/detect` work; NaN if never. */
  readonly recoveryMs: number;
  /** Milliseconds to `/healthz` during the attack, 99th percentile. */
  readonly healthMs: number;
  /** Calls of `/healthz` without an answer of 200 within 5 seconds. */
  readonly healthFailures: number;
  /** Calls of `/detect` of a polite client during the attack. */
  readonly asked: number;
  /** Calls with an answer of 200. */
  readonly answered: number;
}

/** Resident memory at which the server is killed, before it takes the machine down. */
const FATAL_BYTES = 4e9;

/** Milliseconds until a server that does not recover counts as lost. */
const LOST_MS = 30_000;

/**
 * Attacks a server, measures its memory, and is a polite client meanwhile.
 *
 * @param image Image that the polite client sends.
 */
export async function besiege(
  target: Target,
  name: string,
  seconds: number,
  image: Uint8Array<ArrayBuffer> = fruitImage(),
): Promise<SiegeReport> {
  let isOver = false;
  let peakBytes = 0;
  const during = async (pauseMs: number, task: () => Promise<void>) => {
    while (!isOver) {
      await task();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const health: number[] = [];
  let healthFailures = 0;
  let asked = 0;
  let answered = 0;
  const watches = [
    during(100, async () => {
      peakBytes = Math.max(peakBytes, await residentBytes(target.pid));
      if (peakBytes > FATAL_BYTES) Deno.kill(target.pid, "SIGKILL");
    }),
    during(50, async () => {
      const started = performance.now();
      if (await answers(`${target.url}/healthz`, 5000)) health.push(performance.now() - started);
      else healthFailures++;
    }),
    during(1000, async () => {
      asked++;
      if (await answers(`${target.url}/detect`, 20_000, image)) answered++;
    }),
  ];
  await attack(name, target.url, seconds);
  isOver = true;
  const ended = performance.now();
  const recoveryMs = await recovery(target.url, ended);
  await Promise.all(watches);
  const healthMs = quantile(health, 0.99);
  return { name, peakBytes, recoveryMs, healthMs, healthFailures, asked, answered };
}

async function attack(name: string, url: string, seconds: number): Promise<void> {
  const worker = new Worker(new URL("./attack_worker.ts", import.meta.url), { type: "module" });
  const ended = Promise.withResolvers<void>();
  worker.onmessage = () => ended.resolve();
  worker.onerror = (event) => {
    event.preventDefault();
    ended.reject(new Error(`The attack failed: ${event.message}`));
  };
  worker.postMessage({ name, url, seconds });
  // A send to a server that does not read never ends.
  const timer = setTimeout(ended.resolve, (seconds + 20) * 1000);
  await ended.promise.finally(() => worker.terminate());
  clearTimeout(timer);
}

async function recovery(url: string, since: number): Promise<number> {
  while (performance.now() - since < LOST_MS) {
    const works = await answers(`${url}/healthz`, 1000) &&
      await answers(`${url}/detect`, 10_000, fruitImage());
    if (works) return performance.now() - since;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return NaN;
}

/** True if a URL answers 200 in time. */
async function answers(
  url: string,
  maxMs: number,
  body?: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  // A new client has no connection of its own yet.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  try {
    const signal = AbortSignal.timeout(maxMs);
    const response = await fetch(url, { client, signal, ...body && { method: "POST", body } });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
