import { firstLine } from "../../server_process.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Server process that a test ends itself. */
export interface ServeProcess {
  /** URL of the server. */
  readonly url: string;
  readonly process: Deno.ChildProcess;
}

/**
 * Runs `serve.ts`, or the command `args` of Deno, on a free port. Returns after the server has printed its URL.
 *
 * @param options More options of the process. Its output is piped, its errors are dropped.
 */
export async function spawnServe(
  environment: Readonly<Record<string, string>> = {},
  options: Pick<Deno.CommandOptions, "args" | "detached"> = {},
): Promise<ServeProcess> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", ENGINE: "wasm", LOG: "none", ...environment },
    stdout: "piped",
    stderr: "null",
    ...options,
  }).spawn();
  const line = await firstLine(process.stdout);
  const url = line.match(/http:\/\/[\d.]+:\d+/)?.[0];
  if (url === undefined) throw new Error(`The server did not start: ${line}`);
  return { url, process };
}
