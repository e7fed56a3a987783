import { readFile } from "node:fs/promises";
import type { z } from "zod";

/**
 * Reads a JSON file and checks it against a schema.
 *
 * @param kind Kind of file, for error messages, for example "COCO".
 * @throws {SyntaxError} If the file is not JSON.
 * @throws {TypeError} If a property is missing or wrong. The message names this property.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>, kind: string): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new TypeError(`Cannot read ${path} as ${kind}: ${fault}`);
}
