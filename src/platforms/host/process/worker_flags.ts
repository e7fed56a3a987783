import process from "node:process";

/**
 * V8 flag that limits each half of the heap for new objects to 4 MB. A small heap makes V8 collect
 * garbage more often. More frequent collections save memory, because garbage objects can keep the
 * large memory of decoders in use. After 5,000 images, a worker process takes 207 MB with this
 * flag, and up to 940 MB without the flag.
 */
const YOUNG_HEAP = "--max-semi-space-size=4";

/**
 * V8 flag that adds the global function `gc()`, which collects garbage. The decoders call `gc()`
 * before a large image.
 */
const COLLECTOR = "--expose-gc";

/**
 * Command-line flags of a worker process, by runtime. The flags withdraw every permission that the
 * worker does not need, as far as the runtime has flags for this.
 */
const WORKER_FLAGS = {
  deno: [
    ...["run", `--v8-flags=${YOUNG_HEAP},${COLLECTOR}`, "--no-prompt", "--cached-only"],
    ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
  ],
  // Node 22 and 24 cannot forbid network access. The flags allow threads and native addons, because
  // engines need them. Node warns with a SecurityWarning that threads and native addons can bypass
  // the other restrictions.
  node: [
    ...[
      YOUNG_HEAP,
      COLLECTOR,
      "--permission",
      "--allow-fs-read=*",
      "--allow-worker",
      "--allow-addons",
    ],
    "--disable-warning=SecurityWarning",
  ],
  // Bun has no permission flags.
  bun: ["--no-install"],
} as const;

/** Returns the command-line flags for starting a worker process on this runtime. */
export function workerFlags(): readonly string[] {
  const { versions } = process;
  if ("deno" in versions) return WORKER_FLAGS.deno;
  return "bun" in versions ? WORKER_FLAGS.bun : WORKER_FLAGS.node;
}
