import { readFile } from "node:fs/promises";
import { Command, CommanderError, Option } from "commander";
import { z } from "zod";
import { labelPairs } from "../../core/label_pairs.ts";
import { SIGMA_RANGE, THRESHOLD_RANGE } from "../../core/threshold_range.ts";
import { VERSION } from "../../core/version.ts";
import { schemaFault } from "../../manifest/schema_fault.ts";
import { NMS_KINDS } from "../../ports/detector.ts";
import { VARIANT_CHOICES } from "../../ports/model_store.ts";
import { PROVIDERS } from "../../ports/session.ts";
import { type CommandSpec, type OptionSchemas, optionTexts } from "./command_spec.ts";
import { type NumberOption, numberOption } from "./number_option.ts";
import { type CommandIo, HelpShown } from "./run_command.ts";

/** Schema of a score threshold. */
export const threshold = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);

/** Option `--engine`. */
export const engineOption = z.enum(["auto", ...PROVIDERS]).default("auto")
  .meta({ value: "E", description: "auto, webgpu, native or wasm" });

/** Option `--variants`. */
export const variantsOption = z.enum(VARIANT_CHOICES).default("auto").meta({
  value: "V",
  description: "auto; off: the engine runs the graph itself, not its variant for this engine",
});

/** Option `--model`. */
export const modelOption = z.string().default("everyday8")
  .meta({ value: "ID|MANIFEST", description: "model in models/, or path of a manifest" });

/** Option `--score`. */
export const scoreOption: NumberOption = numberOption(threshold).optional()
  .meta({ value: "S", description: "score threshold, 0 to 1 (from the manifest)" });

/** Option `--iou`. */
export const iouOption: NumberOption = numberOption(threshold).optional().meta({
  value: "T",
  description:
    "IoU above which the lower score of two boxes is dropped, 0 to 1 (from the manifest)",
});

/** Option `--max`. */
export const maxOption: NumberOption = numberOption(z.number().int().min(1)).optional()
  .meta({ value: "N", description: "most detections of an image, best first (from the manifest)" });

/** Option `--classes`. */
export const classesOption = z.string().optional()
  .transform((list) => list?.split(",").map((name) => name.trim()))
  .refine((names) => !names?.includes(""), "must be labels with commas between them")
  .meta({ value: "LIST", description: "labels to detect, comma-separated (all)" });

/** Option `--json`. */
export const jsonOption = z.boolean().default(false)
  .meta({ description: 'print the result as JSON, and an error as {"error": …}' });

/** Option `--scores`. */
export const scoresOption = z.string().optional().transform((list, context) => {
  if (list === undefined) return undefined;
  const entries = [...labelPairs(list) ?? []].map(([label, text]) =>
    [label, numberOption(threshold).safeParse(text).data] as const
  );
  const isValid = entries.every((entry): entry is [string, number] => entry[1] !== undefined);
  if (isValid && entries.length > 0) return Object.fromEntries(entries);
  context.addIssue("must be labels and numbers from 0 to 1: cat:0.3,person:0.6");
  return z.NEVER;
}).meta({
  value: "LIST",
  description: "score thresholds of single classes: cat:0.3,person:0.6",
});

/** Option `--nms`. */
export const nmsOption = z.enum(NMS_KINDS).optional().meta({
  value: "RULE",
  description: "hard, soft-linear or soft-gaussian: how overlapping boxes are suppressed (hard)",
});

/** Option `--sigma`. */
export const sigmaOption: NumberOption = numberOption(
  z.number().min(SIGMA_RANGE.min).max(SIGMA_RANGE.max),
)
  .optional().meta({
    value: "X",
    description: "width of the Gaussian function of soft-gaussian (0.5)",
  });

/** Option `--class-agnostic`. */
export const classAgnosticOption = z.boolean().default(false)
  .meta({ description: "suppress boxes across classes" });

/** Option `--models`. */
export const modelsOption = z.string().optional()
  .meta({ value: "DIR", description: "folder of the models (models)" });

/**
 * Reads the arguments of a command. The package commander parses the arguments; zod checks their
 * values.
 *
 * @returns Values of the options, with defaults; operands; names of the options that the user gave.
 * @throws {TypeError} If an argument is unknown, missing or wrong. The message names the argument.
 * @throws {HelpShown} If the arguments ask for the help or the version. The function prints the
 *   text first.
 */
export function readArguments<Options extends OptionSchemas>(
  args: readonly string[],
  spec: CommandSpec<Options>,
  io: CommandIo,
): { values: z.infer<z.ZodObject<Options>>; files: string[]; given: string[] } {
  const parser = parserOf(spec, io);
  try {
    parser.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new TypeError(`${faultOf(error)}\n\n${usageOf(spec, io)}`);
  }
  const { options } = spec;
  const values: Record<string, string | boolean | string[] | undefined> = parser.opts();
  const checked = z.object(options).safeParse(values, { error: schemaFault });
  if (checked.success) {
    return { values: checked.data, files: parser.args, given: Object.keys(values) };
  }
  const faults = checked.error.issues.map(({ path, message }) => {
    const option = String(path[0]);
    const value = values[option];
    return value === undefined
      ? `--${option} is missing`
      : `--${option} ${value === "" ? '""' : String(value)}: ${message}`;
  });
  throw new TypeError(`${faults.join("\n")}\n\n${usageOf(spec, io)}`);
}

/**
 * Returns the last lines of an error message about arguments: the usage, and how to show the help.
 */
export function usageOf({ name, operands = "" }: CommandSpec, { program }: CommandIo): string {
  const command = `${program ?? PROGRAM} ${name}`;
  return `Usage: ${command} ${`[options] ${operands}`.trim()}\nOptions: ${command} --help`;
}

/** Default name of the program in help texts. */
export const PROGRAM = "deno task";

function parserOf(spec: CommandSpec, io: CommandIo): Command {
  const { name, summary, operands = "", options, notes } = spec;
  const parser = baseParser(`${io.program ?? PROGRAM} ${name}`, io)
    .description(summary)
    .usage(`[options] ${operands}`.trim())
    .allowExcessArguments();
  for (const { name, description, value, isRepeatable } of optionTexts(options)) {
    const flags = value === undefined ? `--${name}` : `--${name} <${value}>`;
    const option = new Option(flags, description);
    // Keeps the name as it is: commander would turn `score-tolerance` into `scoreTolerance`.
    option.attributeName = () => name;
    if (isRepeatable) {
      option.argParser((each, before: string[] | undefined) => [...(before ?? []), each]);
    }
    parser.addOption(option);
  }
  return notes === undefined ? parser : parser.addHelpText("after", `\n${notes}`);
}

/**
 * Creates a parser that has only `--help` and `--version`, and that throws instead of ending the
 * process. The parser reads no environment variables, because some tasks have no permission to read
 * environment variables.
 *
 * @param name Name of the program in the help.
 */
export function baseParser(name: string, { print }: CommandIo): Command {
  return new Command(name)
    .exitOverride()
    .helpCommand(false)
    .helpOption("-h, --help", "print this help")
    .version(VERSION, "-V, --version", "print the version")
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: () => {},
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
}

/**
 * Returns the error message about a wrong argument in one line, including the parser's suggestion
 * of a similar name.
 */
export function faultOf({ message }: CommanderError): string {
  const [first = "", ...rest] = message.replace(/^error: /, "");
  return (first.toUpperCase() + rest.join("")).replace(/\n\(/, " (");
}

/**
 * Reads an image file whose path the user gave.
 *
 * @throws {Error} If the file cannot be read. The message tells the user why.
 */
export async function readImageFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const { code } = error as { code?: string };
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new Error(`Cannot open ${path} as ${why}`, { cause: error });
  }
}
