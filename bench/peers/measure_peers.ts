import { processorMs } from "../../tests/soak/processor_ms.ts";
import { residentBytes } from "../../tests/soak/resident_bytes.ts";
import type { PeerServer } from "./servers.ts";

/** Connections of the throughput measurement. */
export const CONNECTIONS = 8;

/** Image that is sent, with a name for the table. */
export interface NamedImage {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Measurement of one server with one image, in one turn. */
export interface PeerMeasurement {
  /** Name of the server. */
  readonly server: string;
  /** Name of the image. */
  readonly image: string;
  /** Time from the start of the process to its first detections, milliseconds. */
  readonly coldStartMs: number;
  /** Median time of a request over one connection, milliseconds. */
  readonly latencyMs: number;
  /** Answered images per second over {@linkcode CONNECTIONS} connections. */
  readonly imagesPerSecond: number;
  /** CPU time of the server per image over {@linkcode CONNECTIONS} connections, milliseconds. */
  readonly processorMs: number;
  /** Resident memory of the server's processes afterwards, bytes. */
  readonly residentBytes: number;
}

/** Extent of the measurement. */
export interface PeerOptions {
  /** Requests over one connection. */
  readonly requests: number;
  /** Duration of the throughput measurement. */
  readonly seconds: number;
}

/**
 * Measures servers in turn with one image: all start once, and all but the one that is measured are
 * stopped. A machine that slows down for seconds or minutes then slows all of them.
 *
 * @returns A list for each turn, with a measurement of each server.
 */
export async function measureTurns(
  servers: readonly PeerServer[],
  image: NamedImage,
  { turns, ...options }: PeerOptions & { readonly turns: number },
): Promise<PeerMeasurement[][]> {
  await using running = new AsyncDisposableStack();
  const peers: StartedPeer[] = [];
  Deno.addSignalListener("SIGINT", interrupt);
  running.defer(() => Deno.removeSignalListener("SIGINT", interrupt));
  for (const server of servers) {
    const peer = running.use(await startPeer(server, image.bytes));
    await load(peer.post, CONNECTIONS, 1);
    peer.pause();
    peers.push(peer);
  }
  const measured: PeerMeasurement[][] = [];
  for (let turn = 0; turn < turns; turn++) {
    const measurements: PeerMeasurement[] = [];
    for (const peer of peers) {
      peer.resume();
      measurements.push(await measurePeer(peer, image.name, options));
      peer.pause();
    }
    measured.push(measurements);
  }
  return measured;
}

async function measurePeer(
  target: StartedPeer,
  image: string,
  { requests, seconds }: PeerOptions,
): Promise<PeerMeasurement> {
  await load(target.post, 1, WARM_UP_SECONDS);
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    const sent = performance.now();
    await target.post();
    times.push(performance.now() - sent);
  }
  const before = await processorMs(target.pid);
  const { answered, ms } = await load(target.post, CONNECTIONS, seconds);
  const used = await processorMs(target.pid) - before;
  return {
    server: target.name,
    image,
    coldStartMs: target.coldStartMs,
    latencyMs: median(times),
    imagesPerSecond: answered / ms * 1000,
    processorMs: used / answered,
    residentBytes: await residentBytes(target.pid),
  };
}

/** Returns the middle value of a list that is not empty. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

interface StartedPeer extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Time from the start of the process to its first detections, milliseconds. */
  readonly coldStartMs: number;
  /** Stops the processes of the server until {@linkcode resume}. */
  pause(): void;
  resume(): void;
  /** Sends the image, and fails unless detections come back. */
  readonly post: () => Promise<void>;
}

/** Duration of the requests before each measurement, which wake the server up. */
const WARM_UP_SECONDS = 0.3;

/** Maximum milliseconds until the first answer of a server, and until each later answer. */
const TIMEOUT_MS = 60_000;

/** Process groups of the servers that run. */
const groups = new Set<number>();

/** Ends the servers at Ctrl-C, which does not reach their process groups, and this program. */
function interrupt(): never {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
  Deno.exit(130);
}

/** Starts a server. Returns after its first answer with detections. */
async function startPeer(
  { name, command, args, environment, body = "bytes" }: PeerServer,
  image: Uint8Array<ArrayBuffer>,
): Promise<StartedPeer> {
  const started = performance.now();
  const port = freePort();
  const process = new Deno.Command(command, {
    args: [...args(port)],
    env: { ...environment, PORT: `${port}` },
    stdout: "null",
    stderr: "null",
    // A process group of its own, so that the workers of a server end with it.
    detached: true,
  }).spawn();
  groups.add(process.pid);
  const signal = (name: Deno.Signal) => signalGroup(process.pid, name);
  let isOver = false;
  const over = process.status.then(({ code }) => {
    isOver = true;
    groups.delete(process.pid);
    return `${name} ended with exit code ${code}`;
  });
  // A server that was stopped closes its idle connections, so each turn has connections of its own.
  let client = Deno.createHttpClient({});
  const post = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/detect`, {
      client,
      method: "POST",
      body: body === "bytes" ? image : formOf(image),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok || !text.includes('"detections":[{')) {
      throw new Error(`${name} answered ${response.status}: ${text}`);
    }
  };
  const deadline = performance.now() + TIMEOUT_MS;
  for (let answered = false; !answered;) {
    if (isOver) throw new Error(`Cannot measure: ${await over}`);
    if (performance.now() > deadline) {
      signal("SIGKILL");
      throw new Error(`Cannot measure: ${name} has not answered within ${TIMEOUT_MS} ms`);
    }
    answered = await post().then(
      () => true,
      () => new Promise((end) => setTimeout(end, 20, false)),
    );
  }
  return {
    name,
    pid: process.pid,
    coldStartMs: performance.now() - started,
    post,
    pause() {
      client.close();
      signal("SIGSTOP");
    },
    resume() {
      client = Deno.createHttpClient({});
      signal("SIGCONT");
    },
    async [Symbol.asyncDispose]() {
      signal("SIGCONT");
      signal("SIGTERM");
      await over;
      signal("SIGKILL"); // LitServe leaves processes behind
    },
  };
}

/** Sends a signal to the processes of a server, unless all have ended. */
function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function formOf(image: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.append("image", new Blob([image], { type: "image/jpeg" }), "image.jpg");
  return form;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** Sends requests over several connections; each waits for its answer before the next. */
async function load(
  post: () => Promise<void>,
  connections: number,
  seconds: number,
): Promise<{ answered: number; ms: number }> {
  const started = performance.now();
  let answered = 0;
  const client = async () => {
    while (performance.now() - started < seconds * 1000) {
      await post();
      answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, client));
  return { answered, ms: performance.now() - started };
}
