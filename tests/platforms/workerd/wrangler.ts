import { assert } from "@std/assert";

const ROOT = new URL("../../../", import.meta.url);
const WRANGLER = "npm:wrangler@4.156.0";

/** Returns the command of wrangler, Cloudflare's tool, in the project's root. */
export function wrangler(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--node-modules-dir=none", WRANGLER, ...args],
    cwd: ROOT,
    env: { WRANGLER_SEND_METRICS: "false", CI: "true", NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs wrangler and returns its output. */
export async function runWrangler(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await wrangler(args).output();
  const printed = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assert(success, `wrangler ${args[0]} failed:\n${printed}`);
  return printed;
}
