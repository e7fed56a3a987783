import { z } from "zod";

/**
 * Schema of each option, by name. An option with a boolean schema is a flag. An option with an
 * array schema may be repeated. All other options need a value.
 *
 * The metadata of a schema (`.meta()`) contains texts for the help. `description` is the purpose of
 * the option. `value` is a placeholder for the value of the option.
 */
export type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * Description of a command. The parser, the help and the shell completions of the command are made
 * from this description.
 */
export interface CommandSpec<Options extends OptionSchemas = OptionSchemas> {
  /** Words after the name of the program, for example `model pull`. */
  readonly name: string;
  /** Purpose in one sentence. More lines may follow the sentence. */
  readonly summary: string;
  /**
   * Arguments other than options, for example `FILE...`. Unset: the command has only options.
   */
  readonly operands?: string;
  /** Options of the command. Every command also has `--help` and `--version`. */
  readonly options: Options;
  /** Text below the options in the help. Unset: no text. */
  readonly notes?: string;
}

/** Texts about an option, for the help and for shell completion. */
export interface OptionText {
  /** Name of the option, without the hyphens. */
  readonly name: string;
  /** Purpose and default value of the option. */
  readonly description: string;
  /** Placeholder of the value. Unset: the option is a flag. */
  readonly value: string | undefined;
  /** Values that the option accepts. Empty: any value. */
  readonly choices: readonly string[];
  /** True if the option may be repeated. */
  readonly isRepeatable: boolean;
}

/** Returns the texts about the options of a command, for the help and for shell completion. */
export function optionTexts(options: OptionSchemas): OptionText[] {
  return Object.entries(options).map(([name, schema]) => {
    const { description = "", value = "VALUE" } = schema.meta() ?? {};
    const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    const { enum: choices = [], default: fallback, type } = json;
    const hasDefault = ["string", "number"].includes(typeof fallback);
    return {
      name,
      description: hasDefault ? `${description} (default: ${String(fallback)})` : description,
      value: type === "boolean" ? undefined : String(value),
      choices: choices.map(String),
      isRepeatable: type === "array",
    };
  });
}
