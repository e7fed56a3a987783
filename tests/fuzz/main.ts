import process from "node:process";
import { parseArgs } from "node:util";
import { textTable } from "../../src/commands/shared/text_table.ts";
import { isBinary } from "../../routes/detect/text_body.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { pick, seededRandom } from "../random.ts";
import { processorMs } from "../soak/processor_ms.ts";
import { residentBytes } from "../soak/resident_bytes.ts";
import type { Bytes } from "./bomb.ts";
import { BOMBS } from "./bombs.ts";
import { corpus } from "./corpus.ts";
import { decode } from "./decode.ts";
import { mutate } from "./mutate.ts";
import { concat } from "./parts.ts";

// deno task fuzz [--seed N] [--count N] [--only WORDS]
// Sends every bomb to `deno task start`, decodes mutations of valid files, and sends a sample of
// them too. Writes each file that breaks a promise, and then ends with 1. Needs Linux, which tells
// the CPU time of the server.
//
// All times are CPU time of the server and its worker process, divided by the slowness of the
// machine: other programs hardly change it. A server that waits without working answers with an
// error after its deadline, which also fails. `--only` sends only the bombs whose name contains the
// words. With 1,000 mutations, a run took 19 minutes beside programs that wanted nine times the two
// cores of the machine.
const { values } = parseArgs({
  args: Deno.args,
  options: { seed: { type: "string" }, count: { type: "string" }, only: { type: "string" } },
});
const [seed, count] = [Number(values.seed ?? 1), Number(values.count ?? 10_000)];

/** Maximum CPU milliseconds to refuse a bomb, without the time to receive its bytes. */
const MAX_MS = 100;
/**
 * Maximum CPU milliseconds to answer a bomb that is decoded, with its detections. The slowest small
 * files of `docs/security.md` take up to 4.1 s to decode.
 */
const MAX_DECODED_MS = 5000;
/**
 * Maximum growth of the memory, in bytes, over all bombs, and again when all are sent once more. A
 * leak grows each time. Measured: 30 MB, then none.
 */
const MAX_GROWTH = 64e6;
const STATUSES = [200, 400, 413, 415, 422];
/** Mutations for each one that the server gets as well. */
const SAMPLE_EVERY = 20;

/** Image that declares 150 MB of memory and is refused as soon as it is decoded. */
const DECLARES_MUCH = BOMBS.find(({ name }) => name === "WebP: 16 million lossy pixels of no data")!
  .bytes();

const sent = BOMBS.filter(({ name }) => name.includes(values.only ?? ""));

/** Name of a bomb, and the CPU milliseconds that it took. */
type Timed = readonly [name: string, ms: number];

/** Bytes that the task of `slowness()` reads. */
const ballast = new Uint8Array(4e6).fill(7);
/** Least CPU milliseconds of that task. */
let leastMs = Infinity;
for (let i = 0; i < 100; i++) slowness();

const broken: string[] = [];
const ends = new Map<string, number>();
const image = fruitImage();

// With one thread, since threads that wait for each other spin. Other programs may slow the server
// down, so its deadlines are six times the default: they are limits on time, not on work.
await using server = await startServer({
  ...{ ENGINE: "wasm", LOG: "none", THREADS: "1" },
  ...{ DECODE_TIMEOUT_MS: "60000", RUN_TIMEOUT_MS: "60000" },
});
console.log(server.line);

await bombs();
await mutations();

console.log(textTable(["end", "files"], [...ends].sort()));
for (const text of broken) console.error(`Broken: ${text}`);
Deno.exitCode = broken.length > 0 ? 1 : 0;

async function bombs(): Promise<void> {
  const refused: Timed[] = [];
  const decoded: Timed[] = [];
  const msPerByte = await warmUp();
  const memory = [await restingBytes()];
  for (const { name, bytes, ends: allowed } of sent) {
    const body = bytes();
    const { status, end, ms } = await timed(body, body.length * msPerByte + MAX_MS);
    const beyond = ms - body.length * msPerByte;
    const [times, most] = status === 200 ? [decoded, MAX_DECODED_MS] : [refused, MAX_MS];
    times.push([name, beyond]);
    const expected = lacksLineBreaks(body) ? ["malformed-request"] : allowed;
    if (!expected.includes(end)) await fail(name, body, `got ${status} ${end}, not ${expected}`);
    if (beyond > most) await fail(name, body, `took ${beyond.toFixed(0)} ms of CPU time`);
    await checkAlive(body, name);
  }
  memory.push(await restingBytes());
  for (const { bytes } of BOMBS) await send(bytes());
  memory.push(await restingBytes());
  checkMemory(memory);
  for (const [what, times] of [["refused", refused], ["decoded", decoded]] as const) {
    const slowest = times.sort(([, one], [, other]) => other - one).slice(0, 10);
    const rows = slowest.map(([name, ms]) => [name, `${ms.toFixed(0)} ms`]);
    console.log(textTable([`slowest of ${times.length} ${what}`, "CPU time"], rows));
  }
}

/** Checks the resident memory before all bombs, after them, and after them once more. */
function checkMemory(memory: readonly number[]): void {
  const [first = NaN, again = NaN] = memory.slice(1).map((bytes, i) => bytes - memory[i]!);
  for (const [growth, time] of [[first, "first"], [again, "second"]] as const) {
    if (growth <= MAX_GROWTH) continue;
    broken.push(`memory grew by ${megabytes(growth)} as all bombs were sent for the ${time} time`);
  }
  const steps = memory.map(megabytes).join(", then ");
  console.log(`${sent.length} bombs, twice: memory ${steps}`);
}

/**
 * Sends valid images, small ones of each format and some of 15 MB, so that the bombs do not pay for
 * compiling and for the first allocations.
 *
 * @returns CPU milliseconds to receive a byte and to answer that it is no image.
 */
async function warmUp(): Promise<number> {
  const large = concat(image, new Uint8Array(15e6));
  for (const [, bytes] of await corpus()) await send(bytes);
  for (let i = 0; i < 10; i++) await send(large);
  const noImage = new Uint8Array(15e6);
  const times: number[] = [];
  for (let i = 0; i < 9; i++) times.push((await cpuOf(noImage)).ms);
  return times.sort((one, other) => one - other)[4]! / noImage.length;
}

/**
 * Returns the resident memory: the least of some samples, since garbage comes and goes.
 *
 * A worker process collects garbage before an image that declares a large memory.
 */
async function restingBytes(): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < 20; i++) {
    await send(DECLARES_MUCH);
    await checkAlive(image);
    samples.push(await residentBytes(server.pid));
  }
  return Math.min(...samples);
}

async function mutations(): Promise<void> {
  const files = await corpus();
  const random = seededRandom(seed);
  let slowest: Timed = ["none", 0];
  for (let i = 0; i < count; i++) {
    const [name, file] = files[i % files.length]!;
    const [, other] = pick(files, random);
    const mutant = mutate(file, random, other);
    const which = `mutation ${i} of seed ${seed}, of ${name}`;
    const before = process.cpuUsage();
    let end: string;
    try {
      end = decode(mutant);
    } catch (error) {
      end = "thrown";
      await fail(which, mutant, `threw ${error}`);
    }
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
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
  console.log(`${count} mutations, slowest ${ms.toFixed(0)} ms of CPU time (${name})`);
}

/**
 * Returns true if a file of at least 1000 bytes is no text, and has no line break and no NUL byte.
 * The server takes it for a file that `curl -d` has damaged.
 */
function lacksLineBreaks(body: Bytes): boolean {
  return isBinary(body) && body.length >= 1000 &&
    !body.some((byte) => byte === 0 || byte === 10 || byte === 13);
}

/** Posts a file; returns the status, and `ok` or the code of the problem. */
async function send(body: Bytes): Promise<readonly [status: number, end: string]> {
  const response = await fetch(`${server.url}/detect`, { method: "POST", body });
  const { code = "ok" } = await response.json();
  if (!STATUSES.includes(response.status)) await fail(`status ${response.status}`, body, code);
  return [response.status, code];
}

/** Times a request, up to three times if it is slow: a compiler thread may have been at work. */
async function timed(body: Bytes, enough: number) {
  let least = Infinity;
  for (let tries = 1;; tries++) {
    const { status, end, ms } = await cpuOf(body);
    least = Math.min(least, ms);
    if (least <= enough || status === 200 || tries === 3) return { status, end, ms: least };
  }
}

/** Posts a file; returns its end and the CPU milliseconds that the server took. */
async function cpuOf(body: Bytes) {
  const before = await processorMs(server.pid);
  const [status, end] = await send(body);
  const ms = await processorMs(server.pid) - before;
  return { status, end, ms: ms / slowness() };
}

/**
 * Returns the CPU time of a fixed task now over the least that it has taken, at least 1. Programs
 * on the other cores share caches and memory, so that the same work takes more CPU time.
 */
function slowness(): number {
  const before = process.cpuUsage();
  let sum = 0;
  for (const byte of ballast) sum = (sum + byte) % 65_521;
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000 + sum * 1e-9; // Keeps the sum, and so the loop.
  leastMs = Math.min(leastMs, ms);
  return ms / leastMs;
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
