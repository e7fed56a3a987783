import { startWorkerd } from "../../tests/platforms/workerd/start_workerd.ts";
import { type Measured, peakResidentBytes } from "./measured.ts";

/** Model and image to measure. */
export interface Subject {
  /** Model id. */
  readonly id: string;
  /** URL of the folder of its manifest and graph, with a slash at its end. */
  readonly folder: URL;
  /** Path of an encoded image. */
  readonly image: string;
}

/** Number of images after the first; the fastest counts. */
const ROUNDS = 12;

/** Measures in a fresh process of Deno, with an embedded detector. */
export async function measureOnDeno(
  { id, folder, image }: Subject,
  rounds = ROUNDS,
): Promise<Measured> {
  const script = new URL("./deno_process.ts", import.meta.url).pathname;
  const manifest = new URL(`${id}.json`, folder).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", script, manifest, image, `${rounds}`],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure "${id}" as the process failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Measures in a fresh process of workerd, with the bundle of wrangler.toml; heap by `X-Memory`. */
export async function measureOnWorkerd(
  { id, folder, image }: Subject,
  rounds = ROUNDS,
): Promise<Measured> {
  const environment = { MODEL: id, DEBUG_MEMORY: "true" };
  await using worker = await startWorkerd({ environment, models: folder });
  const body = await Deno.readFile(image);
  const detect = async () => {
    const response = await fetch(`${worker.url}/detect`, { method: "POST", body });
    const text = await response.text();
    if (!response.ok) throw new Error(`Cannot measure "${id}": ${text}`);
    return Number(response.headers.get("x-memory")?.match(/peak=(\d+)/)?.[1]);
  };
  let heapBytes = await detect();
  const coldMs = await processorMs(worker.pid!);
  let imageMs = Infinity;
  for (let round = 0; round < rounds; round++) {
    const before = await processorMs(worker.pid!);
    heapBytes = Math.max(heapBytes, await detect());
    imageMs = Math.min(imageMs, await processorMs(worker.pid!) - before);
  }
  return { heapBytes, processBytes: await peakResidentBytes(worker.pid!), coldMs, imageMs };
}

/** Returns the CPU time of all threads of another process since its start (Linux). */
async function processorMs(pid: number): Promise<number> {
  let nanoseconds = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const schedule = await Deno.readTextFile(`/proc/${pid}/task/${name}/schedstat`);
    nanoseconds += Number(schedule.split(" ")[0]);
  }
  return nanoseconds / 1e6;
}
