import { firstLine } from "../../server_process.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Server that was started like a user does. */
export interface Server extends AsyncDisposable {
  /** URL of the server. */
  readonly url: string;
  /** First line that the server printed. */
  readonly line: string;
  /** Process id of the task that runs the server. */
  readonly pid: number;
}

/** Runs `deno task start` on a free port. Returns after the server has printed its first line. */
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
