import process from "node:process";
import { workerData } from "node:worker_threads";

/** Milliseconds between two checks. */
const INTERVAL_MS = 1000;

// Script of the thread that watch_parent.ts starts. A process whose parent has ended gets another
// one; not on Windows, where a worker process ends with its standard input only. process.exit()
// would end this thread alone.
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, INTERVAL_MS);
