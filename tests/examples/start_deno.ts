import { type Host, startHost } from "../platforms/hosts/start_host.ts";

/** Starts a server on Deno, which prints its URL on standard error. */
export function startDeno(
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<Host> {
  return startHost({
    command: "sh",
    args: ["-c", 'exec "$0" "$@" 2>&1', Deno.execPath(), ...args],
    cwd,
    environment: { NO_COLOR: "1", ...environment },
  });
}
