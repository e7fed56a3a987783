import { builtPackage } from "../../platforms/hosts/built_package.ts";
import { executable } from "../../platforms/hosts/executable.ts";
import { startHost } from "../../platforms/hosts/start_host.ts";
import type { Target } from "../target.ts";
import { hostTarget } from "./host_target.ts";

/** Starts the command of the npm package on Node 22, the oldest version that it supports. */
export async function startNode(environment: Record<string, string> = {}): Promise<Target> {
  const script = new URL("src/commands/serve.js", await builtPackage()).pathname;
  const command = await executable("node22");
  return hostTarget("node", await startHost({ command, args: [script], environment }));
}
