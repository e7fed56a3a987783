import process from "node:process";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that kills this process when its parent process has ended.
 *
 * The end of the parent also closes standard input, but the main thread notices this only between
 * two tasks. A hung decoder or engine would keep the main thread busy forever. The extra thread
 * takes 10 MB of memory.
 */
export function watchParent(): void {
  // This file ends with .ts in the repository and with .js in the npm package, like the script.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const script = new URL(`./parent_watch${extension}`, import.meta.url);
  new Worker(script, { workerData: process.ppid }).unref();
}
