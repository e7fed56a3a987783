/**
 * Runs Deno.
 *
 * @returns What it wrote to standard output.
 * @throws With all that it wrote, if it failed.
 */
export async function runDeno(args: readonly string[], cwd: URL | string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  if (success) return output;
  throw new Error(`deno ${args.join(" ")} failed:\n${output}${decoder.decode(stderr)}`);
}
