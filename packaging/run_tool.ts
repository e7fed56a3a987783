import { runDeno } from "./run_deno.ts";

/** Tools of npm, each at one release; Deno runs them, so that it is all that has to be there. */
const TOOLS = {
  "npm": "npm:npm@11.6.0",
  "tsc": "npm:typescript@7.0.2/tsc",
  "tsc5": "npm:typescript@5.9.3/tsc",
  "publint": "npm:publint@0.3.25",
  "attw": "npm:@arethetypeswrong/cli@0.18.5",
} as const;

/**
 * Runs a tool in a folder.
 *
 * @returns What it wrote to standard output.
 * @throws With all that it wrote, if it failed.
 */
export function runTool(
  tool: keyof typeof TOOLS,
  args: readonly string[],
  folder: URL | string,
): Promise<string> {
  const deno = ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none"];
  return runDeno([...deno, TOOLS[tool], ...args], folder);
}
