import { ownModule } from "../own_module.ts";
import { startSpare } from "./spare_process.ts";

/** Arguments with which the server prints a text instead of starting. */
const TEXTS = ["-h", "--help", "-V", "--version"];

/**
 * Starts the first worker process of a server before the modules of the server are loaded. Without
 * this head start, the modules of both processes would load one after the other.
 *
 * @param args Arguments of the server.
 */
export function startAhead(args: readonly string[]): void {
  if (args.some((arg) => TEXTS.includes(arg))) return;
  startSpare(detectorScript());
}

/** Returns the URL of the program of a worker process that serves one detector. */
export function detectorScript(): URL {
  return ownModule("./detector_process", import.meta);
}
