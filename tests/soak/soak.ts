import { seededRandom } from "../random.ts";
import { type Images, nextRequest, type Sent } from "./requests.ts";
import { residentBytes } from "./resident_bytes.ts";

/** How a soak is run. */
export interface SoakOptions {
  readonly url: string;
  /** Of the server; its children count with it. */
  readonly pid: number;
  readonly requests: number;
  readonly connections: number;
  readonly seed: number;
  readonly images: Images;
}

/** What a soak found. */
export interface SoakReport {
  /** How often each answer came: a status with the problem's code, or "left". */
  readonly answers: ReadonlyMap<string, number>;
  /**
   * Resident memory of the server and its workers towards the end of the first and of the last
   * fifth: the least of some samples, since images that are being decoded come and go.
   */
  readonly memory: readonly [early: number, late: number];
  /** Whether a good image was found in right after the last request. */
  readonly alive: boolean;
}

/** Sends a mix of good and bad requests over several connections at a time. */
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
  return { answers, memory: [least(0.1, 0.2), least(0.9, 1)], alive: await finds(options) };
}

/** Requests between two looks at the memory. */
const SAMPLE_EVERY = 20;

async function send(url: string, { path, body, type, leaves }: Sent): Promise<string> {
  const headers: HeadersInit = type === undefined ? {} : { "content-type": type };
  const signal = leaves ? AbortSignal.timeout(5) : undefined;
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

/** Waits out what is still in the queue. */
async function finds({ url, images }: SoakOptions): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const response = await fetch(`${url}/detect`, { method: "POST", body: images.good[0] });
    const answer = await response.json();
    if (response.status === 200) return answer.detections.length > 0;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
}
