import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Number of file descriptors of the program itself: files of models, pipes to workers, the log. */
const OWN_FILES = 64;
/** Number of file descriptors that the server needs for each worker process. */
const FILES_OF_WORKER = 8;
/**
 * Minimum and maximum of the backlog, the number of connections that wait to be accepted. The
 * maximum is the default of `node:http`.
 */
const [MIN_BACKLOG, MAX_BACKLOG] = [4, 511];

/**
 * Returns the maximum number of files that this process may open.
 *
 * @returns Infinity if there is no limit, or if the limit cannot be read.
 */
export async function maxOpenFiles(): Promise<number> {
  const text = await limitOfProc().catch(limitOfShell).catch(() => "unlimited");
  const limit = Number(text);
  return Number.isInteger(limit) && limit > 0 ? limit : Infinity;
}

async function limitOfProc(): Promise<string> {
  const limits = await readFile("/proc/self/limits", "utf8");
  const [, soft = ""] = limits.match(/^Max open files\s+(\S+)/m) ?? [];
  return soft;
}

/**
 * Starts a shell that prints its maximum number of open files. This process has the same limit. A
 * shell is needed because Deno often forbids reading `/proc`.
 */
async function limitOfShell(): Promise<string> {
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", "ulimit -n"]);
  return stdout.trim();
}

/** Maximum numbers of connections for a given limit of open files. */
export interface ConnectionRoom {
  /** Maximum open connections. */
  readonly connections: number;
  /** Maximum connections that wait in the operating system until the server accepts them. */
  readonly backlog: number;
}

/**
 * Returns how many connections the limit of open files allows.
 *
 * A connection takes one file descriptor. While the server fetches an image by its URL, the
 * connection takes two file descriptors. In addition, Deno accepts all waiting connections before
 * the server can close the first of these connections. Therefore this function also reserves file
 * descriptors for twice the backlog (number of waiting connections).
 */
export function connectionRoom(maxFiles: number, wanted: number, workers: number): ConnectionRoom {
  const free = maxFiles - OWN_FILES - FILES_OF_WORKER * workers;
  const backlog = Math.min(MAX_BACKLOG, Math.max(MIN_BACKLOG, Math.floor(free / 8)));
  return { connections: Math.min(wanted, Math.max(1, free - 2 * backlog)), backlog };
}
