import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { z } from "zod";
import { THRESHOLD_RANGE } from "../../core/threshold_range.ts";

/** Schema of a score threshold. */
export const threshold = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);

/** Options by name; one whose schema takes a boolean is a switch, the others take a value. */
type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * Reads command line arguments: their form by `node:util`, their meaning by zod.
 *
 * @throws {TypeError} Naming every argument that is wrong, with the usage below it.
 */
export function readArguments<Options extends OptionSchemas>(
  args: readonly string[],
  options: Options,
  usage: string,
): { values: z.infer<z.ZodObject<Options>>; files: string[] } {
  const { values, positionals } = parse(args, options, usage);
  const checked = z.object(options).safeParse(values);
  if (checked.success) return { values: checked.data, files: positionals };
  const faults = checked.error.issues.map(({ path, message }) => {
    const option = String(path[0]);
    return values[option] === undefined
      ? `--${option} is missing`
      : `--${option} ${String(values[option])}: ${message}`;
  });
  throw new TypeError(`${faults.join("\n")}\n\n${usage}`);
}

function parse(args: readonly string[], options: OptionSchemas, usage: string) {
  const forms: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(options).map(([name, schema]) => {
      return [name, { type: isSwitch(schema) ? "boolean" : "string" }] as const;
    }),
  );
  try {
    return parseArgs({ args: [...args], options: forms, allowPositionals: true, strict: true });
  } catch (error) {
    throw new TypeError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** A number's schema takes `true` too, but a switch takes no text. */
function isSwitch(schema: z.ZodType): boolean {
  return schema.safeParse(true).success && !schema.safeParse("1").success;
}
