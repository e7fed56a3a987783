import { textTable } from "../../src/commands/shared/text_table.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { paced, quantile, sustainable, unloaded } from "../soak/overload.ts";
import { ATTACKS, GREEDY } from "./attacks.ts";
import { wait } from "./connection.ts";
import { politeTimes } from "./polite_client.ts";
import { MAX_HEALTH_MS } from "./promises.ts";

/** Measurement of a promise: its name, its limit, and what was found. */
type Row = readonly [promise: string, limit: string, found: string, verdict: "held" | "broken"];

/** Seconds of each measurement: `deno task siege quiet SECONDS`. */
const SECONDS = Number(Deno.args[1] ?? 15);

/**
 * Measures the promises about time, which only hold on a machine that runs nothing else. Returns
 * false if one is broken.
 */
export async function measureQuiet(): Promise<boolean> {
  const rows: Row[] = [];
  {
    await using server = await startServer({ LOG: "none" });
    rows.push(await healthUnderUploads(server.url));
    const image = fruitImage();
    await unloaded(server.url, image, 5); // warms up
    rows.push(...await goodput(server.url, image));
  }
  for (const engine of ["wasm", "native"]) rows.push(await politeClient(engine));
  for (const engine of ["wasm", "native", "webgpu"]) rows.push(await parallelUploads(engine));
  console.log(textTable(["promise", "limit", "found", ""], rows));
  return rows.every(([, , , verdict]) => verdict === "held");
}

/** Measures `/healthz` while four clients upload 20 MB each, again and again. */
async function healthUnderUploads(url: string): Promise<Row> {
  const attack = new Worker(new URL("./attack_worker.ts", import.meta.url), { type: "module" });
  const name = "4 clients that upload 20 MB";
  if (ATTACKS[name] === undefined) throw new Error(`There is no attack "${name}"`);
  attack.postMessage({ name, url, seconds: SECONDS });
  await wait(2); // the first bodies are on their way
  const times: number[] = [];
  for (const end = performance.now() + (SECONDS - 3) * 1000; performance.now() < end;) {
    const started = performance.now();
    await (await fetch(`${url}/healthz`)).arrayBuffer();
    times.push(performance.now() - started);
    await wait(0.02);
  }
  attack.terminate();
  const found = quantile(times, 0.99);
  return row(
    `/healthz p99 with ${name}`,
    `${MAX_HEALTH_MS} ms`,
    `${ms(found)} of ${times.length}`,
    {
      holds: found <= MAX_HEALTH_MS,
    },
  );
}

/** Compares the images per second at the sustainable load and at twice that load. */
async function goodput(url: string, image: Uint8Array<ArrayBuffer>): Promise<Row[]> {
  const most = await sustainable(url, image, 4, SECONDS);
  const rows: Row[] = [];
  for (const factor of [1, 2]) {
    const { statuses, health } = await paced(url, image, factor * most, SECONDS);
    const answered = (statuses.get(200) ?? 0) / SECONDS;
    const others = [...statuses].filter(([status]) => status !== 200 && status !== 503);
    const found = `${answered.toFixed(1)} of ${most.toFixed(1)} images/s`;
    rows.push(row(`goodput at ${factor}x the sustainable load`, "90 %", found, {
      holds: answered >= 0.9 * most && others.length === 0,
    }));
    const p99 = quantile(health, 0.99);
    rows.push(row(`/healthz p99 at ${factor}x`, `${MAX_HEALTH_MS} ms`, ms(p99), {
      holds: p99 <= MAX_HEALTH_MS,
    }));
  }
  return rows;
}

/** Compares the images of a client beside 32 connections of another one with those without it. */
async function politeClient(engine: string): Promise<Row> {
  const promise = `slowest polite image beside ${GREEDY}, on ${engine}`;
  const times = await politeTimes(engine, SECONDS);
  if (times === undefined) {
    return row(promise, "4 service times", "not on this machine", { holds: true });
  }
  const { aloneMs, workMs, besideMs, refused } = times;
  const most = Math.max(...besideMs);
  const median = quantile(besideMs, 0.5);
  const text = `${(most / aloneMs).toFixed(1)} (median ${(median / aloneMs).toFixed(1)}) of ` +
    `${ms(aloneMs)} alone, ${(most / workMs).toFixed(1)} of ${ms(workMs)} under load, ` +
    `${refused} refused`;
  return row(promise, "4 service times", text, {
    holds: besideMs.length > 0 && most <= 4 * aloneMs && refused === 0,
  });
}

/** Uploads eight images at once to a new server, as its first ones. */
async function parallelUploads(engine: string): Promise<Row> {
  const promise = `8 parallel uploads on ${engine}`;
  const started = await startServer({ LOG: "none", ENGINE: engine });
  if (started.url === "") return row(promise, "all 200", "not on this machine", { holds: true });
  await using server = started;
  if (server.line.includes("Cannot start engine")) {
    return row(promise, "all 200", "not on this machine", { holds: true });
  }
  const statuses = await Promise.all(Array.from({ length: 8 }, async () => {
    const response = await fetch(`${server.url}/detect`, { method: "POST", body: fruitImage() });
    await response.arrayBuffer();
    return response.status;
  }));
  const holds = statuses.every((status) => status === 200);
  return row(promise, "all 200", holds ? "all 200" : statuses.join(), { holds });
}

function row(promise: string, limit: string, found: string, { holds }: { holds: boolean }): Row {
  console.error(`${promise}: ${found}`);
  return [promise, limit, found, holds ? "held" : "broken"];
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}
