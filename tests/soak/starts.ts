import { fruitImage } from "../sample_images/fruit_image.ts";
import { builtPackage } from "../platforms/hosts/built_package.ts";
import { executable } from "../platforms/hosts/executable.ts";
import { startHost } from "../platforms/hosts/start_host.ts";

// deno task soak:starts [DENO_STARTS [NODE_STARTS]]
// Starts the program with two threads of wasm again and again, while another process takes a core.
// Ends with 1 if a start hung or needed a second worker process.

/** Maximum milliseconds of a start and a detection; a longer one counts as hung. */
const MAX_MS = 60_000;

/** Outcome of one start. */
export type StartOutcome = "ended" | "hung" | "replaced its worker" | "failed";

/** Function that starts a program, detects on one image and ends the program. */
type Start = (image: string) => Promise<StartOutcome>;

/**
 * Starts a program several times and logs each outcome.
 *
 * @returns Outcomes other than `ended`.
 */
export async function soakStarts(
  name: string,
  start: Start,
  count: number,
  log: (line: string) => void = console.log,
): Promise<StartOutcome[]> {
  const image = await Deno.makeTempFile({ suffix: ".png" });
  await Deno.writeFile(image, fruitImage());
  await using _load = busyProcess();
  const bad: StartOutcome[] = [];
  for (let number = 1; number <= count; number++) {
    const began = performance.now();
    const outcome = await start(image);
    const seconds = (performance.now() - began) / 1000;
    if (outcome !== "ended") bad.push(outcome);
    log(`${name} ${number}/${count}: ${outcome} after ${seconds.toFixed(1)} s`);
  }
  await Deno.remove(image);
  return bad;
}

/** Starts a process that takes one core until it is disposed. */
function busyProcess(): AsyncDisposable {
  const args = ["eval", "while (true);"];
  const process = new Deno.Command(Deno.execPath(), { args }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
    },
  };
}

/** Runs `deno task detect`, whose worker process takes a thread per core. */
export async function startOnDeno(image: string): Promise<StartOutcome> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "detect", "--engine", "wasm", "--json", image],
    cwd: new URL("../../", import.meta.url),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let isHung = false;
  const timer = setTimeout(() => {
    isHung = true;
    process.kill("SIGKILL");
  }, MAX_MS);
  const { code, stderr } = await process.output();
  clearTimeout(timer);
  if (isHung) return "hung";
  const text = new TextDecoder().decode(stderr);
  if (text.includes("is replaced")) return "replaced its worker";
  if (code !== 0) console.error(text);
  return code === 0 ? "ended" : "failed";
}

/** Starts the server of the npm package on Node, sends it an image and stops it. */
export async function startOnNode(image: string): Promise<StartOutcome> {
  const script = new URL("src/commands/serve.js", await builtPackage());
  const began = performance.now();
  await using host = await startHost({
    command: await executable("node24"),
    args: [script.pathname],
    environment: { ENGINE: "wasm", THREADS: "2", LOAD_TIMEOUT_MS: String(MAX_MS) },
  });
  const timeLeft = MAX_MS - (performance.now() - began);
  try {
    const answer = await fetch(`${host.url}/detect`, {
      method: "POST",
      body: await Deno.readFile(image),
      signal: AbortSignal.timeout(Math.max(1, timeLeft)),
    });
    const text = await answer.text();
    if (answer.ok) return "ended";
    console.error(text);
    return text.includes("timeout") || text.includes("model-not-ready") ? "hung" : "failed";
  } catch (error) {
    console.error(error);
    return "hung";
  }
}

if (import.meta.main) {
  const [onDeno = 150, onNode = 150] = Deno.args.map(Number);
  const bad = [
    ...await soakStarts("deno", startOnDeno, onDeno),
    ...await soakStarts("node", startOnNode, onNode),
  ];
  console.log(`${onDeno + onNode} starts, ${bad.length} bad: ${bad.join(", ") || "none"}`);
  Deno.exit(bad.length > 0 ? 1 : 0);
}
