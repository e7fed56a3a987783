import { seededRandom } from "../random.ts";
import { type Images, nextRequest, type Sent } from "./requests.ts";
import { residentBytes } from "./resident_bytes.ts";

/** Options of {@linkcode soak}. */
export interface SoakOptions {
  readonly url: string;
  /** Process id of the server; the memory of its children is added. */
  readonly pid: number;
  readonly requests: number;
  readonly connections: number;
  readonly seed: number;
  readonly images: Images;
}

/** Result of {@linkcode soak}. */
export interface SoakReport {
  /** Number of each answer: a status with the code of its problem, or "left". */
  readonly answers: ReadonlyMap<string, number>;
  /**
   * Resident memory of the server and its workers, in the second tenth of the requests and in the
   * last: the least of some samples, since images in the decoder come and go.
   */
  readonly memory: readonly [early: number, late: number];
  /** True if the server detected in a valid image after the last request. */
  readonly alive: boolean;
}

/** Sends a mix of valid and invalid requests over several connections at a time. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const random = seededRandom(options.seed);
  const answers = new Map<string, number>();
  const samples: [sent: number, bytes: number][] = [];
  let sent = 0;
  const connection = async () => {
    while (sent < options.requests) {
      sent++;
      if (sent % SAMPLE_EVERY === 0) samples.push([sent, await residentBytes(options.pid)]);
      const answer = await send(options.url, nextRequest(random, options.images));
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, connection));
  const least = (from: number, to: number) =>
    Math.min(
      ...samples.filter(([at]) => at > from * options.requests && at <= to * options.requests)
        .map(([, bytes]) => bytes),
    );
  return { answers, memory: [least(0.1, 0.2), least(0.9, 1)], alive: await detects(options) };
}

/** Requests between two samples of the memory. */
const SAMPLE_EVERY = 20;

async function send(url: string, { path, body, type, leaves }: Sent): Promise<string> {
  const headers: HeadersInit = type === undefined ? {} : { "content-type": type };
  const signal = leaves ? AbortSignal.timeout(5) : null;
  try {
    const response = await fetch(url + path, { method: "POST", headers, body, signal });
    if (response.ok) return await response.arrayBuffer().then(() => "200");
    const { code } = await response.json();
    return `${response.status} ${code}`;
  } catch (error) {
    if (leaves) return "left";
    throw error;
  }
}

/** Detects in a valid image; retries while the queue is full. */
async function detects({ url, images }: SoakOptions): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const response = await fetch(`${url}/detect`, { method: "POST", body: images.good[0]! });
    const answer = await response.json();
    if (response.status === 200) return answer.detections.length > 0;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}
