import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { quantile } from "../soak/overload.ts";
import { GREEDY } from "./attacks.ts";
import { wait } from "./connection.ts";

/** Times of a polite client alone and beside a greedy one, in milliseconds. */
export interface PoliteTimes {
  /** Median time of an image on an idle server. */
  readonly aloneMs: number;
  /** Median time that a worker process takes for an image beside the greedy client. */
  readonly workMs: number;
  /** Times of the images beside the greedy client. */
  readonly besideMs: readonly number[];
  /** Number of images that were refused. */
  readonly refused: number;
}

/** Number of times that the server is measured alone, and then beside the greedy client. */
const ROUNDS = 3;

/**
 * Times the images of a client at its own IP address, alone and beside 32 connections of another
 * client. Takes turns between the two, so that both see the same machine.
 *
 * @param engine Setting `ENGINE` of the server.
 * @param seconds Seconds of all rounds beside the greedy client together.
 * @returns Undefined if this machine cannot start the engine.
 */
export async function politeTimes(
  engine: string,
  seconds: number,
): Promise<PoliteTimes | undefined> {
  await using server = await startServer({ LOG: "none", ENGINE: engine });
  if (!server.line.startsWith("Serving")) return undefined;
  using client = Deno.createHttpClient({ localAddress: "127.0.0.2" });
  const url = `${server.url}/detect`;
  for (let i = 0; i < 5; i++) await timed(url, client); // warms up
  const aloneMs: number[] = [];
  const beside: Awaited<ReturnType<typeof timed>>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 10; i++) aloneMs.push((await timed(url, client)).ms);
    const attack = new Worker(new URL("./attack_worker.ts", import.meta.url), { type: "module" });
    attack.postMessage({ name: GREEDY, url: server.url, seconds: 60 });
    await wait(2);
    for (const end = performance.now() + seconds * 1000 / ROUNDS; performance.now() < end;) {
      beside.push(await timed(url, client));
      await wait(0.3);
    }
    attack.terminate();
    await wait(1);
  }
  const answered = beside.filter(({ status }) => status === 200);
  return {
    aloneMs: quantile(aloneMs, 0.5),
    workMs: quantile(answered.map(({ workMs }) => workMs), 0.5),
    besideMs: answered.map(({ ms }) => ms),
    refused: beside.length - answered.length,
  };
}

async function timed(url: string, client: Deno.HttpClient) {
  const started = performance.now();
  const response = await fetch(url, { method: "POST", body: fruitImage(), client });
  await response.arrayBuffer();
  const { status, headers } = response;
  const [, total = ""] = headers.get("server-timing")?.match(/total;dur=([\d.]+)/) ?? [];
  return { status, ms: performance.now() - started, workMs: Number(total) };
}
