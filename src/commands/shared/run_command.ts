import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { DomainError } from "../../core/domain_error.ts";
import type { Detector } from "../../ports/detector.ts";
import type { CommandSpec } from "./command_spec.ts";
import type { DetectorChoice } from "./open_detector.ts";

/** Input and outputs of a command, and the name of its program. */
export interface CommandIo {
  /** Writes a line to standard output. */
  readonly print: (text: string) => void;
  /** Writes a line to standard error. */
  readonly printError: (text: string) => void;
  /**
   * Reads all bytes of standard input. Unset: the command reads the standard input of the process.
   */
  readonly readInput?: (() => Promise<Uint8Array<ArrayBuffer>>) | undefined;
  /** Terminal for progress bars. Unset: no progress is shown. */
  readonly terminal?: NodeJS.WritableStream | undefined;
  /** True if the text of `print()` also appears on `terminal`. @default false */
  readonly printsToTerminal?: boolean | undefined;
  /** Opens the detector of a command. Unset: the command opens a detector in a worker process. */
  readonly openDetector?:
    | ((choice: DetectorChoice, log: (message: string) => void) => Promise<Detector>)
    | undefined;
  /** Name of the program in help texts. @default `deno task` */
  readonly program?: string | undefined;
}

/** Entry point of a command. */
export interface CommandMain {
  /**
   * Runs the command.
   *
   * @param args Arguments of the command line.
   * @param io Input and outputs. Unset: standard input, standard output and standard error of the
   *   process.
   * @returns Exit code.
   */
  (args: readonly string[], io?: CommandIo): Promise<number>;
  /** Description of the command. Unset: the command is a group, or has no options. */
  readonly spec?: CommandSpec | undefined;
}

/** Thrown after the help or the version was printed. The program then ends with the exit code 0. */
export class HelpShown extends Error {}

/** Input and outputs of the process. */
export const CONSOLE: CommandIo = {
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  get terminal() {
    return process.stderr.isTTY ? process.stderr : undefined;
  },
  get printsToTerminal() {
    return process.stdout.isTTY;
  },
};

/**
 * Creates the entry point of a command. If the command throws an error, the entry point prints the
 * message and returns the exit code 1. With the option `--json`, it also prints the error as JSON
 * to standard output, so that a program that reads the output always gets JSON.
 *
 * @param command Function that runs the command. Returns the exit code, or nothing for the exit
 *   code 0.
 * @param spec Description of the command. Unset: the shell completes no options of the command.
 */
export function commandMain(
  command: (args: readonly string[], io: CommandIo) => Promise<number | void>,
  spec?: CommandSpec,
): CommandMain {
  const main = async (args: readonly string[], io: CommandIo = CONSOLE) => {
    try {
      const code = await command(args, io);
      return typeof code === "number" ? code : 0;
    } catch (error) {
      if (error instanceof HelpShown) return 0;
      if (args.includes("--json")) io.print(JSON.stringify({ error: errorData(error as Error) }));
      io.printError(messageFor(error as Error));
      return 1;
    }
  };
  return Object.assign(main, { spec });
}

/** Returns the error of a command as plain data: its code, if it has one, and its message. */
function errorData(error: Error): { readonly code?: string; readonly message: string } {
  const code = error instanceof DomainError ? { code: error.code } : {};
  return { ...code, message: messageFor(error) };
}

/** Returns the message of an error. An error of the file system gets one in plain English. */
function messageFor(error: Error & { readonly code?: unknown; readonly path?: unknown }): string {
  const { code, path, message } = error;
  if (typeof path !== "string" || typeof code !== "string") return message;
  if (!message.startsWith(`${code}: `)) return message;
  const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
  return `Cannot open ${path} as ${why}`;
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
 * @param meta `import.meta` of the module. The field `main` is unset in Node before version 24.2.
 */
export function isMain({ main, url }: { readonly main?: boolean; readonly url: string }): boolean {
  if (main !== undefined) return main;
  const [, program] = process.argv;
  // Resolves symbolic links, because npm starts the commands of a package through such links.
  return program !== undefined && realpathSync(program) === fileURLToPath(url);
}
