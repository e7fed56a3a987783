import { readFile } from "node:fs/promises";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { z } from "zod";
import { THRESHOLD_RANGE } from "../../core/threshold_range.ts";

/** Schema of a score threshold. */
export const threshold = z.number().min(THRESHOLD_RANGE.min).max(THRESHOLD_RANGE.max);

/**
 * Schema of each option, by name. If the schema is boolean, the option is a flag. All other options
 * need a value.
 */
type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * Reads command line arguments: `node:util` parses them, zod checks the values.
 *
 * @param usage Help text for the end of an error message.
 * @throws {TypeError} If an argument is unknown, missing or wrong. The message names it.
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
      const type = isFlag(schema) ? "boolean" as const : "string" as const;
      return [name, { type, multiple: Array.isArray(schema.safeParse([]).data) }] as const;
    }),
  );
  try {
    return parseArgs({ args: [...args], options: forms, allowPositionals: true, strict: true });
  } catch (error) {
    throw new TypeError(`${(error as Error).message}\n\n${usage}`);
  }
}

/**
 * Returns true for the schema of a flag. Such a schema accepts `true` but not the text "1". A
 * number schema accepts both, because it converts values.
 */
function isFlag(schema: z.ZodType): boolean {
  return schema.safeParse(true).success && !schema.safeParse("1").success;
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
