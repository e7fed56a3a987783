import process from "node:process";
import { workerData } from "node:worker_threads";

/** Milliseconds between two checks of the parent process. */
const INTERVAL_MS = 1000;

// Program of the thread that watch_parent.ts starts. When a parent process ends, the operating
// system gives the child another parent id. Windows keeps the id: on Windows, a worker process ends
// only when its standard input closes. The thread sends SIGKILL, because process.exit() would end
// only the thread.
setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, INTERVAL_MS);
