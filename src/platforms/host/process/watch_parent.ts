import process from "node:process";
import { Worker } from "node:worker_threads";

/**
 * Starts a thread that kills this process when its parent process has ended.
 *
 * The end of the parent also closes standard input. However, a main thread that is busy in a hung
 * decoder or engine never notices that standard input has closed. The extra thread takes 10 MB of
 * memory.
 */
export function watchParent(): void {
  // The extension is .ts in the repository and .js in the npm package.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const script = new URL(`./parent_watch${extension}`, import.meta.url);
  new Worker(script, { workerData: process.ppid }).unref();
}
