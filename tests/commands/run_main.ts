import type { CommandMain } from "../../src/commands/shared/run_command.ts";
import type { Outcome } from "./run_task.ts";

/** Runs a command in this process. */
export async function runMain(main: CommandMain, ...args: string[]): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    print: (text) => stdout += `${text}\n`,
    printError: (text) => stderr += `${text}\n`,
  });
  return { code, stdout, stderr };
}
