import { type Command, CommanderError } from "commander";
import { baseParser, faultOf, PROGRAM } from "./arguments.ts";
import { type CommandIo, type CommandMain, HelpShown } from "./run_command.ts";

/** Command of a group. The module of the command is imported only when the command runs. */
export interface GroupEntry {
  /** Purpose of the command, for the help of the group. */
  readonly summary: string;
  /** Arguments of the command, for the help of the group. Unset: no arguments. */
  readonly operands?: string;
  /** Imports the command. */
  readonly load: () => Promise<CommandMain>;
  /** Subcommands of the command. Unset: the command has no subcommands. */
  readonly group?: CommandGroup;
}

/** Group of commands. */
export interface CommandGroup {
  /**
   * Words after the name of the program, for example `model`. Empty for the group of all commands.
   */
  readonly name: string;
  /** Purpose of the group, for the help. */
  readonly summary: string;
  /** Commands by name. */
  readonly commands: Readonly<Record<string, GroupEntry>>;
  /** Text below the commands in the help. Unset: no text. */
  readonly notes?: string;
}

/**
 * Runs a command of a group. The first argument is the name of the command.
 *
 * @returns Exit code.
 * @throws {TypeError} If the group has no command of this name. The message suggests a similar
 *   name, and lists all commands.
 * @throws {HelpShown} If the arguments ask for the help or the version. The function prints the
 *   text first.
 */
export async function runGroup(
  group: CommandGroup,
  args: readonly string[],
  io: CommandIo,
): Promise<number> {
  // `help NAME` is `NAME --help`.
  const [name = "", ...rest] = args[0] === "help" ? [...args.slice(1), "--help"] : args;
  if (Object.hasOwn(group.commands, name)) {
    const main = await group.commands[name]!.load();
    return await main(rest, io);
  }
  const parser = parserOf(group, io);
  if (name === "") throw unknown("none was named", parser);
  try {
    parser.parse([name, ...rest], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    const [suggestion = ""] = faultOf(error).match(/ \(Did you mean .*\)$/) ?? [];
    throw unknown(`there is no "${name}"${suggestion}`, parser);
  }
  throw unknown(`there is no "${name}"`, parser);
}

function unknown(fault: string, parser: Command): TypeError {
  return new TypeError(
    `Cannot run a command as ${fault}.\n\n${parser.helpInformation().trimEnd()}`,
  );
}

/** Creates the parser that prints the help of a group and suggests similar command names. */
function parserOf({ name, summary, commands, notes }: CommandGroup, io: CommandIo): Command {
  const program = `${io.program ?? PROGRAM} ${name}`.trim();
  const termOf = (each: Command) =>
    `${program} ${each.name()} ${commands[each.name()]?.operands ?? ""}`.trim();
  const parser = baseParser(program, io)
    .description(summary)
    .usage("COMMAND [options]")
    .configureHelp({ subcommandTerm: termOf });
  for (const [word, { summary }] of Object.entries(commands)) {
    parser.command(word).description(summary);
  }
  return notes === undefined ? parser : parser.addHelpText("after", `\n${notes}`);
}
