import { startHost } from "../../platforms/hosts/start_host.ts";
import type { Target } from "../target.ts";
import { hostTarget } from "./host_target.ts";

/** Starts `deno task start`. */
export async function startDeno(environment: Record<string, string> = {}): Promise<Target> {
  const root = new URL("../../../", import.meta.url).pathname;
  const args = ["task", "--quiet", "start"];
  return hostTarget(
    "deno",
    await startHost({ command: Deno.execPath(), args, cwd: root, environment }),
  );
}
