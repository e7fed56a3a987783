import process from "node:process";

/**
 * V8 flag for the size of one half of the young heap, in megabytes. V8 collects garbage, such as
 * the memory of decoders, the sooner the smaller its young heap is. After 5,000 images a worker
 * process takes 207 MB with this flag, and up to 940 MB without it.
 */
const YOUNG_HEAP = "--max-semi-space-size=4";

/** Flags for the script of a worker process, by runtime: flags that drop every permission
 * that the runtime can drop. */
const WORKER_FLAGS = {
  deno: [
    ...["run", `--v8-flags=${YOUNG_HEAP}`, "--no-prompt", "--cached-only"],
    ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
  ],
  // Node 22 and 24 cannot restrict the network. Engines need threads and native addons, which could
  // undo the other restrictions, so Node would print a SecurityWarning for each worker process.
  node: [
    ...[YOUNG_HEAP, "--permission", "--allow-fs-read=*", "--allow-worker", "--allow-addons"],
    "--disable-warning=SecurityWarning",
  ],
  // Bun has no permissions.
  bun: ["--no-install"],
} as const;

/** Returns the command-line flags with which this runtime starts a worker process. */
export function workerFlags(): readonly string[] {
  const { versions } = process;
  if ("deno" in versions) return WORKER_FLAGS.deno;
  return "bun" in versions ? WORKER_FLAGS.bun : WORKER_FLAGS.node;
}
