import process from "node:process";
import { Worker } from "node:worker_threads";
import { ownModule } from "../own_module.ts";

/**
 * Starts a thread that kills this process when its parent process has ended.
 *
 * The end of the parent also closes standard input. However, a main thread that is busy in a hung
 * decoder or engine never notices that standard input has closed. The extra thread takes 10 MB of
 * memory.
 */
export function watchParent(): void {
  new Worker(ownModule("./parent_watch", import.meta), { workerData: process.ppid }).unref();
}
