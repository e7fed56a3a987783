import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Output channels of a command. */
export interface CommandIo {
  /** Writes a line to standard output. */
  readonly print: (text: string) => void;
  /** Writes a line to standard error. */
  readonly printError: (text: string) => void;
}

/**
 * Entry point of a command.
 *
 * @param args Arguments of the command line.
 * @param io Output channels. Unset: the console.
 * @returns Exit code.
 */
export type CommandMain = (args: readonly string[], io?: CommandIo) => Promise<number>;

const CONSOLE: CommandIo = {
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
};

/**
 * Creates the entry point of a command. If the command throws, it prints the error message and
 * returns the exit code 1.
 *
 * @param command Runs the command. Returns the exit code, or nothing for 0.
 */
export function commandMain(
  command: (args: readonly string[], io: CommandIo) => Promise<number | void>,
): CommandMain {
  return async (args, io = CONSOLE) => {
    try {
      return await command(args, io) ?? 0;
    } catch (error) {
      io.printError((error as Error).message);
      return 1;
    }
  };
}

/**
 * Runs a command with the arguments of the process and sets the exit code of the process.
 *
 * @param command Main function of a command.
 */
export async function runCommand(
  command: (args: readonly string[], io: CommandIo) => Promise<number | void>,
): Promise<void> {
  process.exitCode = await commandMain(command)(process.argv.slice(2));
}

/**
 * Returns true if the module is the program that the user started.
 *
 * @param meta `import.meta` of the module. Its `main` is unset in Node before version 24.2.
 */
export function isMain({ main, url }: { readonly main?: boolean; readonly url: string }): boolean {
  if (main !== undefined) return main;
  const [, program] = process.argv;
  // Resolves symbolic links, because npm starts the commands of a package through them.
  return program !== undefined && realpathSync(program) === fileURLToPath(url);
}
