const ROOT = new URL("../../", import.meta.url);

/** Output and exit code of a command. */
export interface Outcome {
  /** Exit code. */
  readonly code: number;
  /** Text on standard output. */
  readonly stdout: string;
  /** Text on standard error. */
  readonly stderr: string;
}

/** Runs `deno task NAME ARGS` in a process of its own. */
export async function runTask(name: string, ...args: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", name, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
