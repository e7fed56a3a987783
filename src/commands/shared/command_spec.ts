import { z } from "zod";

/**
 * Schema of each option, by name. If the schema is boolean, the option is a flag. If it is an array,
 * the option may be repeated. All other options need a value.
 *
 * The metadata of a schema (`.meta()`) has the text of the help: `description`, and `value`, the
 * placeholder of the value.
 */
export type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/** Description of a command: source of its parser, its help and its completions. */
export interface CommandSpec<Options extends OptionSchemas = OptionSchemas> {
  /** Words after the program, for example `model pull`. */
  readonly name: string;
  /** Purpose in one sentence. More lines may follow it. */
  readonly summary: string;
  /** Arguments that are no options, for example `FILE...`. Unset: the command has none. */
  readonly operands?: string;
  /** Options. `--help` and `--version` come on top. */
  readonly options: Options;
  /** Text below the options in the help. Unset: none. */
  readonly notes?: string;
}

/** Option as help and completion show it. */
export interface OptionText {
  /** Name, without the hyphens. */
  readonly name: string;
  /** Purpose and default. */
  readonly description: string;
  /** Placeholder of the value. Unset: the option is a flag. */
  readonly value: string | undefined;
  /** Values that are accepted. Empty: any value. */
  readonly choices: readonly string[];
  /** True if the option may be repeated. */
  readonly isRepeatable: boolean;
}

/** Returns the options of a command as help and completion show them. */
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
