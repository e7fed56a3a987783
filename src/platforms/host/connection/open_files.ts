import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** File descriptors that the program itself takes: files of models, pipes of workers, the log. */
const OWN_FILES = 64;
/** File descriptors of each worker process. */
const FILES_OF_WORKER = 8;
/**
 * Bounds of the backlog (connections that wait to be accepted). `node:http` uses the upper bound.
 */
const [MIN_BACKLOG, MAX_BACKLOG] = [4, 511];

/**
 * Returns the maximum number of files that this process may open.
 *
 * @returns Infinity if there is no limit, or if the system does not tell it.
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

/** Asks a child process, which has the limits of this one. Deno lets few programs read `/proc`. */
async function limitOfShell(): Promise<string> {
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", "ulimit -n"]);
  return stdout.trim();
}

/** Numbers of connections that a limit of open files allows. */
export interface ConnectionRoom {
  /** Maximum open connections. */
  readonly connections: number;
  /** Maximum connections that the system keeps until the server accepts them. */
  readonly backlog: number;
}

/**
 * Returns how many connections the limit of open files allows.
 *
 * A connection takes one file descriptor. If its request names the URL of an image, the fetch takes
 * another. Deno accepts all connections of the backlog before the server can close the first of
 * them. So, in addition to the open connections, twice the backlog must fit.
 */
export function connectionRoom(maxFiles: number, wanted: number, workers: number): ConnectionRoom {
  const free = maxFiles - OWN_FILES - FILES_OF_WORKER * workers;
  const backlog = Math.min(MAX_BACKLOG, Math.max(MIN_BACKLOG, Math.floor(free / 8)));
  return { connections: Math.min(wanted, Math.max(1, free - 2 * backlog)), backlog };
}
