import process from "node:process";

/**
 * Runs a command line: its number becomes the exit code, its error one message and exit code 1.
 *
 * @param main Gets the arguments; returns the exit code, or nothing for 0.
 */
export async function runCommand(
  main: (args: readonly string[]) => Promise<number | void>,
): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2)) ?? 0;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
