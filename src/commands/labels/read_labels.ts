import { readFile } from "node:fs/promises";
import { type AssignedLabels, assignLabels, type ClassFacts } from "./assign_labels.ts";
import { decodeText } from "./decode_text.ts";
import { parseLabels } from "./parse_labels.ts";

/**
 * Reads a file of class names: text, JSON, YAML, CSV or pbtxt. Detects the format by the content.
 *
 * @param path Path of the file.
 * @throws {TypeError} If the file cannot be read, contains no labels, or does not fit the graph.
 */
export async function readLabels(path: string, classes: ClassFacts): Promise<AssignedLabels> {
  try {
    return assignLabels(parseLabels(decodeText(await bytesOf(path))), classes);
  } catch (error) {
    throw new TypeError(`Cannot use ${path} as ${(error as Error).message}`, { cause: error });
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`);
  }
}
