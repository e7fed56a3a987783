import { firstLine } from "../../first_line.ts";

const ROOT = new URL("../../../", import.meta.url);

/** A server that was started as a user starts it. */
export interface Server extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** The line that it printed. */
  readonly line: string;
  /** Of the task that runs it. */
  readonly pid: number;
}

/** `deno task start` on a free port; returns once it has printed its line. */
export async function startServer(environment: Record<string, string> = {}): Promise<Server> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "start"],
    cwd: ROOT,
    env: { PORT: "0", ...environment },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const line = await firstLine(process.stdout);
  return {
    url: line.match(/http:\/\/[\d.]+:\d+/)?.[0] ?? "",
    line,
    pid: process.pid,
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.stdout.cancel();
      await process.status;
    },
  };
}
