import { firstLine } from "../server_process.ts";
import type { Target } from "./besiege.ts";

/** Server that is started for a siege. */
export interface SiegeServer extends Target, AsyncDisposable {
  /** Ends the server with SIGTERM. Returns the milliseconds until it has ended. */
  stop(): Promise<number>;
}

/**
 * Starts `deno task start` with default settings.
 *
 * @param folder URL of the checkout, to compare two of them.
 * @param settings Environment variables. Unset: none.
 */
export async function startSiegeServer(
  folder: URL,
  settings: Readonly<Record<string, string>> = {},
): Promise<SiegeServer> {
  const task = JSON.parse(await Deno.readTextFile(new URL("deno.json", folder))).tasks.start;
  const [, ...args] = (task.command as string).split(" ");
  const server = new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { PORT: "0", LOG: "none", ...settings },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const line = await firstLine(server.stdout);
  const stop = async () => {
    const started = performance.now();
    try {
      server.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    const timer = setTimeout(() => server.kill("SIGKILL"), 60_000);
    await server.status;
    clearTimeout(timer);
    return performance.now() - started;
  };
  return {
    url: line.match(/http:\/\/[\d.]+:\d+/)?.[0] ?? "",
    pid: server.pid,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await server.stdout.cancel();
    },
  };
}
