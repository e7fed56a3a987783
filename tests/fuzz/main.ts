import { parseArgs } from "node:util";
import { textTable } from "../../src/commands/shared/text_table.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { pick, seededRandom } from "../random.ts";
import { residentBytes } from "../soak/resident_bytes.ts";
import type { Bytes } from "./bomb.ts";
import { BOMBS } from "./bombs.ts";
import { corpus } from "./corpus.ts";
import { decode } from "./decode.ts";
import { mutate } from "./mutate.ts";
import { concat } from "./parts.ts";

// deno task fuzz [--seed N] [--count N]
// Sends every bomb to `deno task start`, decodes mutations of valid files, and sends a sample of
// them too. Writes each file that breaks a promise, and then ends with 1.
const { values } = parseArgs({
  args: Deno.args,
  options: { seed: { type: "string" }, count: { type: "string" } },
});
const [seed, count] = [Number(values.seed ?? 1), Number(values.count ?? 10_000)];

/** Maximum milliseconds to refuse a bomb, without the time to send its bytes. */
const MAX_MS = 100;
/** Maximum growth of the memory over all bombs, in bytes. */
const MAX_GROWTH = 64e6;
const STATUSES = [200, 400, 413, 415, 422];
/** Mutations for each one that the server gets as well. */
const SAMPLE_EVERY = 20;

const broken: string[] = [];
const ends = new Map<string, number>();
const image = fruitImage();

await using server = await startServer({ ENGINE: "wasm", LOG: "none" });
console.log(server.line);

await bombs();
await mutations();

console.log(textTable(["end", "files"], [...ends].sort()));
for (const text of broken) console.error(`Broken: ${text}`);
Deno.exitCode = broken.length > 0 ? 1 : 0;

async function bombs(): Promise<void> {
  const refused: [name: string, ms: number][] = [];
  const decoded: [name: string, ms: number][] = [];
  const msPerByte = await warmUp();
  const before = await restingBytes();
  for (const { name, bytes, ends: allowed } of BOMBS) {
    const body = bytes();
    const { status, end, ms } = await timed(body, body.length * msPerByte + MAX_MS);
    const beyond = ms - body.length * msPerByte;
    (status === 200 ? decoded : refused).push([name, beyond]);
    const expected = lacksLineBreaks(body) ? ["malformed-request"] : allowed;
    if (!expected.includes(end)) await fail(name, body, `got ${status} ${end}, not ${expected}`);
    if (status !== 200 && beyond > MAX_MS) {
      await fail(name, body, `took ${beyond.toFixed(0)} ms`);
    }
    await checkAlive(body, name);
  }
  const growth = await restingBytes() - before;
  if (growth > MAX_GROWTH) broken.push(`memory grew by ${megabytes(growth)} over all bombs`);
  console.log(`${BOMBS.length} bombs, memory ${megabytes(before)}, then ${megabytes(growth)} more`);
  for (const [what, times] of [["refused", refused], ["decoded", decoded]] as const) {
    const slowest = times.sort(([, one], [, other]) => other - one).slice(0, 10);
    console.log(
      textTable(
        [`slowest of ${times.length} ${what}`, "time"],
        slowest.map(([name, ms]) => {
          return [name, `${ms.toFixed(0)} ms`];
        }),
      ),
    );
  }
}

/**
 * Sends valid images, small ones of each format and some of 15 MB, so that the bombs do not pay for
 * compiling and for the first allocations.
 *
 * @returns Milliseconds to send a byte and to get the answer that it is no image.
 */
async function warmUp(): Promise<number> {
  const large = concat(image, new Uint8Array(15e6));
  for (const [, bytes] of await corpus()) await send(bytes);
  for (let i = 0; i < 30; i++) await send(large);
  const noImage = new Uint8Array(15e6);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const started = performance.now();
    await send(noImage);
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other)[4]! / noImage.length;
}

/** Returns the resident memory: the least of some samples, since garbage comes and goes. */
async function restingBytes(): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < 50; i++) {
    await checkAlive(image);
    samples.push(await residentBytes(server.pid));
  }
  return Math.min(...samples);
}

async function mutations(): Promise<void> {
  const files = await corpus();
  const random = seededRandom(seed);
  let slowest: [name: string, ms: number] = ["none", 0];
  for (let i = 0; i < count; i++) {
    const [name, file] = files[i % files.length]!;
    const [, other] = pick(files, random);
    const mutant = mutate(file, random, other);
    const which = `mutation ${i} of seed ${seed}, of ${name}`;
    const started = performance.now();
    let end: string;
    try {
      end = decode(mutant);
    } catch (error) {
      end = "thrown";
      await fail(which, mutant, `threw ${error}`);
    }
    const ms = performance.now() - started;
    if (ms > slowest[1]) slowest = [which, ms];
    ends.set(end, (ends.get(end) ?? 0) + 1);
    if (i % SAMPLE_EVERY > 0) continue;
    const [status, answered] = await send(mutant);
    const expected = lacksLineBreaks(mutant) ? "malformed-request" : end;
    if (answered !== expected) {
      await fail(which, mutant, `got ${status} ${answered}, but ${end} before`);
    }
    if (i % (SAMPLE_EVERY * 10) === 0) await checkAlive(mutant, which);
  }
  const [name, ms] = slowest;
  console.log(`${count} mutations, slowest ${ms.toFixed(0)} ms (${name})`);
}

/**
 * Returns true if a file of at least 1000 bytes has no line break and no NUL byte. The server takes
 * it for a file that `curl -d` has damaged.
 */
function lacksLineBreaks(body: Bytes): boolean {
  return body.length >= 1000 && !body.some((byte) => byte === 0 || byte === 10 || byte === 13);
}

/** Posts a file; returns the status, and `ok` or the code of the problem. */
async function send(body: Bytes): Promise<readonly [status: number, end: string]> {
  const response = await fetch(`${server.url}/detect`, { method: "POST", body });
  const { code = "ok" } = await response.json();
  if (!STATUSES.includes(response.status)) await fail(`status ${response.status}`, body, code);
  return [response.status, code];
}

/** Times a request, up to three times if it is slow: another process may have delayed it. */
async function timed(body: Bytes, enough: number) {
  let least = Infinity;
  for (let tries = 1;; tries++) {
    const started = performance.now();
    const [status, end] = await send(body);
    least = Math.min(least, performance.now() - started);
    if (least <= enough || status === 200 || tries === 3) return { status, end, ms: least };
  }
}

/** Checks that the server still detects in a valid image. */
async function checkAlive(after: Bytes, name = "the start"): Promise<void> {
  const response = await fetch(`${server.url}/detect`, { method: "POST", body: image });
  const { detections } = await response.json();
  if (detections?.[0]?.label !== "orange") {
    await fail(name, after, `a good image got ${response.status} right after`);
  }
}

async function fail(name: string, bytes: Uint8Array, what: string): Promise<void> {
  const file = await Deno.makeTempFile({ prefix: "fuzz-" });
  await Deno.writeFile(file, bytes);
  broken.push(`${name}: ${what} (${file})`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
