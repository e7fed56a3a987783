import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";
import { SAME } from "./same_answers.ts";
import { type Host, startHost } from "./start_host.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Starts the server of this repository with `deno task start`, and settings for equal answers. */
export function startTask(): Promise<Host> {
  const args = ["task", "--quiet", "start"];
  return startHost({ command: Deno.execPath(), args, cwd: ROOT, environment: SAME });
}

/**
 * Starts the server of the npm package, with settings for equal answers.
 *
 * @param environment More settings.
 */
export async function startPackage(
  runtime: "node22" | "node24" | "bun",
  environment: Readonly<Record<string, string>> = {},
): Promise<Host> {
  return await startHost({
    command: await executable(runtime),
    args: [await serveScript()],
    environment: { ...SAME, ...environment },
  });
}

/** Returns the path of the script of the npm package that starts the server. */
export async function serveScript(): Promise<string> {
  return new URL("src/commands/serve.js", await builtPackage()).pathname;
}
