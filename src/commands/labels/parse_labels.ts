import { parseDocument } from "yaml";
import { itemLabels } from "./item_labels.ts";
import type { LabelReading } from "./label_reading.ts";
import { structuredLabels } from "./structured_labels.ts";
import { tableLabels } from "./table_labels.ts";
import { textLabels } from "./text_labels.ts";

/** Maximum length of JSON that is searched for duplicate keys, which `JSON.parse()` accepts. */
const MAX_SEARCHED = 1_000_000;

/**
 * Recognises the form of a label file by its content, whatever its name.
 *
 * @returns Readings, the likeliest first.
 * @throws {TypeError} If the text holds no labels, or contradicts itself. The message follows
 *   "Cannot use FILE as".
 *
 * @example
 * ```ts
 * import { parseLabels } from "./parse_labels.ts";
 *
 * const [reading] = parseLabels('{"categories": [{"id": 3, "name": "dog"}]}');
 * if (reading === undefined || !("ids" in reading)) throw new Error("no ids");
 * if (reading.ids.get(3) !== "dog") throw new Error("no dog");
 * ```
 */
export function parseLabels(text: string): LabelReading[] {
  if (text.trim() === "") throw new TypeError("it is empty");
  if (/^\s*[{[]/.test(text)) return [jsonLabels(text)];
  if (/^\s*</.test(text)) {
    throw new TypeError("it is XML or HTML, which is not read: use text with one name per line");
  }
  const reading = itemLabels(text) ?? jsonLines(text) ?? yamlLabels(text) ?? tableLabels(text);
  if (reading !== null) return [reading];
  const readings = textLabels(text);
  if (readings.length === 0) throw new TypeError("it has no line with a name");
  return readings;
}

/** Reads JSON, or what looks like it and is valid YAML: single quotes, a comma too many. */
function jsonLabels(text: string): LabelReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (text.length <= MAX_SEARCHED) checkKeys(text);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    const lines = jsonLines(text);
    if (lines !== null) return lines;
    value = yamlValue(text);
    if (value === undefined) {
      throw new TypeError(`it begins like JSON and is not valid: ${(error as Error).message}`);
    }
  }
  const reading = structuredLabels("JSON", value);
  if (reading !== null) return reading;
  throw new TypeError(
    "its JSON holds no labels: there must be a list of names, a dictionary of names and ids, or " +
      '"categories"',
  );
}

/** Refuses JSON that has a key twice. */
function checkKeys(text: string): void {
  const { errors } = parseDocument(text, { schema: "failsafe" });
  const duplicate = errors.find(({ code }) => code === "DUPLICATE_KEY");
  if (duplicate === undefined) return;
  const key = text.slice(duplicate.pos[0]).match(/"[^"]*"/)?.[0] ?? "";
  throw new TypeError(`it has the key ${key} twice`);
}

/** Reads one JSON object per line; null if the text is not that. */
function jsonLines(text: string): LabelReading | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (!lines.every((line) => line.trim().startsWith("{"))) return null;
  try {
    return structuredLabels("JSON lines", lines.map((line) => JSON.parse(line) as unknown));
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return null;
  }
}

/** Reads YAML that is a list or a dictionary; null if the text is only text. */
function yamlLabels(text: string): LabelReading | null {
  // A list, or a dictionary whose key is one word. Other text with a colon is a name.
  if (!/^(-\s|["']?[\w.-]+["']?\s*:(\s|$)|---)/m.test(text)) return null;
  const value = yamlValue(text);
  const reading = value === undefined ? null : structuredLabels("YAML", value);
  if (reading === null && typeof value === "object" && value !== null && "names" in value) {
    throw new TypeError('its "names" is neither a list nor a dictionary of names and ids');
  }
  return reading;
}

/**
 * Parses YAML. Every scalar stays text: a class may be named "no" or "1.0".
 *
 * @returns Undefined if the text is not valid.
 */
function yamlValue(text: string): unknown {
  const document = parseDocument(text, { schema: "failsafe", logLevel: "silent" });
  const duplicate = document.errors.find(({ code }) => code === "DUPLICATE_KEY");
  if (duplicate !== undefined) throw new TypeError("it has the same key twice");
  return document.errors.length > 0 ? undefined : document.toJS() as unknown;
}
