/** Measurements under a load of images at a fixed pace. */
export interface LoadReport {
  /** Number of answers with each status. */
  readonly statuses: ReadonlyMap<number, number>;
  /** Milliseconds to each answer with status 200. */
  readonly accepted: readonly number[];
  /** Milliseconds to each answer of `/healthz` under that load. */
  readonly health: readonly number[];
}

/** Times images one after the other, in milliseconds. */
export async function unloaded(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  count: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push((await timed(`${url}/detect`, body)).ms);
  return times;
}

/** Measures the images per second of a server whose clients wait for each answer. */
export async function sustainable(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  clients: number,
  seconds: number,
): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let done = 0;
  const client = async () => {
    while (performance.now() < end) {
      if ((await timed(`${url}/detect`, body)).status === 200) done++;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done / seconds;
}

/** Sends images at a fixed pace, without waiting for the answers. */
export async function paced(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  perSecond: number,
  seconds: number,
): Promise<LoadReport> {
  const statuses = new Map<number, number>();
  const accepted: number[] = [];
  const health: number[] = [];
  const answers: Promise<void>[] = [];
  const started = performance.now();
  for (let i = 0; i < perSecond * seconds; i++) {
    const due = started + i * 1000 / perSecond;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    answers.push(
      timed(`${url}/detect`, body).then(({ status, ms }) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 200) accepted.push(ms);
      }),
    );
    if (i % 2 === 0) answers.push(timed(`${url}/healthz`).then(({ ms }) => void health.push(ms)));
  }
  await Promise.all(answers);
  return { statuses, accepted, health };
}

/** Returns the value below which this part of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

async function timed(url: string, body?: Uint8Array<ArrayBuffer>) {
  const started = performance.now();
  const response = await fetch(url, body && { method: "POST", body });
  await response.arrayBuffer();
  return { status: response.status, ms: performance.now() - started };
}
