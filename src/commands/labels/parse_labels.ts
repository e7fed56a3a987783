import { parseDocument } from "yaml";
import { itemLabels } from "./item_labels.ts";
import type { LabelReading } from "./label_reading.ts";
import { structuredLabels } from "./structured_labels.ts";
import { tableLabels } from "./table_labels.ts";
import { textLabels } from "./text_labels.ts";

/**
 * Maximum characters of a JSON text that is searched for duplicate keys. The search is needed
 * because `JSON.parse()` accepts duplicate keys.
 */
const MAX_SEARCHED = 1_000_000;

/**
 * Parses a label file. Detects the file format by the content and ignores the file name.
 *
 * @returns Possible interpretations of the file, the likeliest first.
 * @throws {TypeError} If the text contains no labels, or two different names for one class. The
 *   message completes the text "Cannot use FILE as …".
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

/**
 * Reads labels from JSON. Also accepts invalid JSON that is valid YAML, for example with single
 * quotes or a trailing comma.
 */
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

/** Refuses JSON in which a key occurs twice. */
function checkKeys(text: string): void {
  const { errors } = parseDocument(text, { schema: "failsafe" });
  const duplicate = errors.find(({ code }) => code === "DUPLICATE_KEY");
  if (duplicate === undefined) return;
  const key = text.slice(duplicate.pos[0]).match(/"[^"]*"/)?.[0] ?? "";
  throw new TypeError(`it has the key ${key} twice`);
}

/**
 * Reads labels from JSON lines: one object per line. Returns null if the text has another format.
 */
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

/**
 * Reads labels from a list or a dictionary in YAML. Returns null if the text has another format.
 */
function yamlLabels(text: string): LabelReading | null {
  // Only a text in which a line starts with "-", "---" or a key of one word can be YAML. Otherwise,
  // a colon belongs to a class name.
  if (!/^(-\s|["']?[\w.-]+["']?\s*:(\s|$)|---)/m.test(text)) return null;
  const value = yamlValue(text);
  const reading = value === undefined ? null : structuredLabels("YAML", value);
  if (reading === null && typeof value === "object" && value !== null && "names" in value) {
    throw new TypeError('its "names" is neither a list nor a dictionary of names and ids');
  }
  return reading;
}

/**
 * Parses YAML. All values stay text, because a class may have the name "no" or "1.0".
 *
 * @returns Undefined if the text is not valid YAML.
 */
function yamlValue(text: string): unknown {
  const document = parseDocument(text, { schema: "failsafe", logLevel: "silent" });
  const duplicate = document.errors.find(({ code }) => code === "DUPLICATE_KEY");
  if (duplicate !== undefined) throw new TypeError("it has the same key twice");
  return document.errors.length > 0 ? undefined : document.toJS() as unknown;
}
