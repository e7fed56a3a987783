/**
 * Runs a command line: its number becomes the exit code, its error one message and exit code 1.
 *
 * @param main Gets the arguments; returns the exit code, or nothing for 0.
 */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number | void>,
): Promise<void> {
  try {
    Deno.exitCode = await main(Deno.args) ?? 0;
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = 1;
  }
}
