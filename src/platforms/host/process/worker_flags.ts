import process from "node:process";

/**
 * V8 flag that limits half of the heap for new objects to 4 MB. With a small heap, V8 collects
 * garbage more often, and garbage objects can hold the large memory of decoders. After 5,000
 * images a worker process takes 207 MB with this flag, and up to 940 MB without the flag.
 */
const YOUNG_HEAP = "--max-semi-space-size=4";

/**
 * V8 flag that adds the global function `gc()`, which collects garbage. The decoders call it before
 * a large image.
 */
const COLLECTOR = "--expose-gc";

/**
 * Command-line flags of a worker process, by runtime. The flags drop every permission that the
 * worker does not need, as far as the runtime can drop permissions.
 */
const WORKER_FLAGS = {
  deno: [
    ...["run", `--v8-flags=${YOUNG_HEAP},${COLLECTOR}`, "--no-prompt", "--cached-only"],
    ...["--allow-read", "--allow-env", "--allow-sys", "--allow-ffi"],
  ],
  // Node 22 and 24 cannot forbid network access. Engines need threads and native addons, which
  // could bypass the other restrictions. Node prints a SecurityWarning for them.
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
  // Bun has no permissions.
  bun: ["--no-install"],
} as const;

/** Returns the command-line flags with which this runtime starts a worker process. */
export function workerFlags(): readonly string[] {
  const { versions } = process;
  if ("deno" in versions) return WORKER_FLAGS.deno;
  return "bun" in versions ? WORKER_FLAGS.bun : WORKER_FLAGS.node;
}
