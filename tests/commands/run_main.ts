import type { CommandIo, CommandMain } from "../../src/commands/shared/run_command.ts";
import type { Detector } from "../../src/ports/detector.ts";
import { openEveryday8 } from "../everyday8.ts";
import type { Outcome } from "./run_task.ts";

/** Runs a command in this process. */
export function runMain(main: CommandMain, ...args: string[]): Promise<Outcome> {
  return runWith({}, main, ...args);
}

/** Runs a command in this process, with channels of the test. */
export async function runWith(
  io: Partial<CommandIo>,
  main: CommandMain,
  ...args: string[]
): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    print: (text) => stdout += `${text}\n`,
    printError: (text) => stderr += `${text}\n`,
    ...io,
  });
  return { code, stdout, stderr };
}

/** Opens everyday8 once for all commands of a test file: each worker process takes seconds. */
export function sharedDetector(): CommandIo["openDetector"] {
  let opened: Promise<Detector> | undefined;
  return async ({ model }) => {
    if (model !== "everyday8") throw new Error(`The shared detector is everyday8, not ${model}`);
    const detector = await (opened ??= openEveryday8());
    return { ...detector, close: () => Promise.resolve() };
  };
}
