import process from "node:process";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that kills this process when its parent process has ended.
 *
 * Standard input ends as well, but the main thread cannot read it while a decoder or an engine runs,
 * and a hung one runs forever. The thread takes 10 MB.
 */
export function watchParent(): void {
  // The npm package has both this file and the script as .js.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const script = new URL(`./parent_watch${extension}`, import.meta.url);
  new Worker(script, { workerData: process.ppid }).unref();
}
