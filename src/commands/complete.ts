import { script } from "@bomb.sh/tab";
import { jsonOption, readArguments, usageOf } from "./shared/arguments.ts";
import type { CommandGroup } from "./shared/command_group.ts";
import { type CommandSpec, optionTexts } from "./shared/command_spec.ts";
import { type CommandIo, type CommandMain, commandMain } from "./shared/run_command.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"];

const SPEC = {
  name: "complete",
  summary: "Print a script that completes commands, options and their values in a shell.",
  operands: SHELLS.join("|"),
  options: { json: jsonOption },
  notes: 'For bash: eval "$(retinanet-edge complete bash)" in ~/.bashrc.',
} satisfies CommandSpec;

/**
 * Creates the command `retinanet-edge complete`, which prints a completion script for a shell. To
 * complete a command line, the script calls this command with `--` and the words of the command
 * line. The command then prints the words that may come next.
 *
 * @param group Commands whose names and options are completed.
 */
export function completeCommand(group: CommandGroup): CommandMain {
  return commandMain((args, io) => complete(group, args, io));
}

async function complete(
  group: CommandGroup,
  args: readonly string[],
  io: CommandIo,
): Promise<void> {
  const [first, ...words] = args;
  if (first === "--") {
    const { candidates, files } = await candidatesOf(group, words);
    for (const { word, description } of candidates) io.print(`${word}\t${description}`);
    return io.print(`:${files ? DIRECTIVE.files : DIRECTIVE.noFiles}`);
  }
  const { values, files: [shell, ...more] } = readArguments(args, SPEC, io);
  if (shell === undefined || !SHELLS.includes(shell) || more.length > 0) {
    throw new TypeError(
      `Cannot complete as the shell must be ${SHELLS.join(", ")}: ` +
        `${shell === undefined ? "none was named" : `it is ${[shell, ...more].join(" ")}`}.\n\n` +
        usageOf(SPEC, io),
    );
  }
  const program = io.program ?? "retinanet-edge";
  const text = printedBy(() => script(shell, program, program));
  io.print(values.json ? JSON.stringify({ shell, script: text }) : text);
}

/**
 * Numbers for the last line that the completion script reads. The number says if file names may
 * also come next.
 */
const DIRECTIVE = { files: 0, noFiles: 4 };

/** Word that may come next in a command line. */
interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** Words that may come next in a command line. */
interface Candidates {
  readonly candidates: readonly Candidate[];
  /** True if a path of a file may also come next. */
  readonly files: boolean;
}

/**
 * Returns the words that may come next in a command line.
 *
 * @param words Words of the command line after the program. The last word is the one to complete,
 *   and may be empty.
 */
async function candidatesOf(
  group: CommandGroup,
  words: readonly string[],
): Promise<Candidates> {
  const last = words.at(-1) ?? "";
  let [name = "", ...rest] = words.slice(0, -1);
  let { commands } = group;
  const inner = Object.hasOwn(commands, name) ? commands[name]?.group : undefined;
  if (inner) {
    commands = inner.commands;
    [name = "", ...rest] = rest;
  }
  if (name === "") {
    const entries = Object.entries(commands);
    return only(last, entries.map(([word, { summary }]) => ({ word, description: summary })));
  }
  if (name === "complete") return only(last, SHELLS.map((word) => ({ word, description: "" })));
  if (!Object.hasOwn(commands, name)) return { candidates: [], files: false };
  const { spec } = await commands[name]!.load();
  return spec === undefined
    ? { candidates: [], files: true }
    : optionCandidates(spec, rest.at(-1) ?? "", last);
}

function optionCandidates(spec: CommandSpec, before: string, last: string): Candidates {
  const options = optionTexts(spec.options);
  const [flag, value] = last.includes("=") ? last.split("=", 2) as [string, string] : [before];
  const option = options.find(({ name }) => `--${name}` === flag);
  if (option?.value !== undefined) {
    const prefix = value === undefined ? "" : `${flag}=`;
    const words = option.choices.map((word) => ({ word: prefix + word, description: "" }));
    return { ...only(last, words), files: words.length === 0 };
  }
  if (!last.startsWith("-")) return { candidates: [], files: true };
  return only(last, [
    ...options.map(({ name, description }) => ({ word: `--${name}`, description })),
    { word: "--help", description: "print this help" },
    { word: "--version", description: "print the version" },
  ]);
}

function only(start: string, words: readonly Candidate[]): Candidates {
  return { candidates: words.filter(({ word }) => word.startsWith(start)), files: false };
}

/** Returns the text that a function prints to the console. */
function printedBy(task: () => void): string {
  const { log } = console;
  const lines: string[] = [];
  console.log = (line: string) => void lines.push(line);
  try {
    task();
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}
