import { type LabelReading, namesById } from "./label_reading.ts";

/** Pattern of a line that starts with a number: `0: name`, `0 name`, `0) name`, `0. name`. */
const NUMBER_FIRST = /^(?<id>\d+)(?<separator>\s*[:=)]|\.(?=\s)|\s)\s*(?<name>\S.*)$/;

/** Pattern of a line that ends with a number: `name: 0`, `name 0`. */
const NUMBER_LAST = /^(?<name>\S.*?)(?<separator>\s*[:=]\s*|\s+)(?<id>\d+)$/;

/**
 * Reads text with one name per line.
 *
 * Lines that start with `#` are comments. An empty line may be a class without a name, or mean
 * nothing; the function returns one interpretation for each case. Numbers at the start or the end
 * of lines are ids if all lines have a number there.
 *
 * @returns Possible interpretations of the text, the likeliest first. Empty if no line contains a
 *   name.
 */
export function textLabels(text: string): LabelReading[] {
  const lines = unquoted(linesOf(text));
  const names = lines.filter((line) => line !== "");
  if (names.length === 0) return [];
  const numbered = numberedLabels(names, NUMBER_FIRST) ?? numberedLabels(names, NUMBER_LAST);
  if (numbered !== null) return [numbered];
  const rows = lines.map((line) => line || null);
  const last = rows.findLastIndex((row) => row !== null);
  const form = "text, one name per line";
  return [
    { form, rows: rows.slice(0, last + 1) },
    { form: `${form}, empty lines left out`, rows: names },
    { form: `${form}, empty lines at the end counted`, rows },
    ...oneLine(names),
  ];
}

/** Returns the lines without comments. Ignores a line break at the end of the text. */
function linesOf(text: string): string[] {
  return text.replace(/(\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.replace(/\s+#\s.*$/, ""));
}

/**
 * Removes quotation marks and commas, if all lines have them: people copy such lists from source
 * code.
 */
function unquoted(lines: readonly string[]): readonly string[] {
  const quoted = /^(["'])(.*)\1,?$/;
  const areAll = lines.every((line) => line === "" || quoted.test(line));
  return areAll ? lines.map((line) => line.replace(quoted, "$2")) : lines;
}

/**
 * Reads lines that contain a name and an id. All lines must have an id.
 *
 * A number may also belong to the name, as in "2 euro" and "5 euro". Therefore numbers are not ids
 * if two names are equal without their numbers. If there is only a space between name and number,
 * the numbers are ids only if they count up from 0 or 1.
 *
 * @returns Null if the lines are not numbered.
 */
function numberedLabels(names: readonly string[], form: RegExp): LabelReading | null {
  const pairs: [id: string, name: string][] = [];
  let bySpace = false;
  for (const line of names) {
    const { id, separator, name } = line.match(form)?.groups ?? {};
    if (id === undefined || name === undefined) return null;
    bySpace ||= separator?.trim() === "";
    pairs.push([id, name]);
  }
  const isUnique = new Set(pairs.map(([, name]) => name)).size === pairs.length;
  const first = Number(pairs[0]?.[0]);
  const countsUp = first <= 1 && pairs.every(([id], i) => Number(id) === first + i);
  if (!isUnique || (bySpace && !countsUp)) return null;
  return namesById("text, numbered lines", pairs);
}

/** Splits the names of a text that has only one line, at its commas or semicolons. */
function oneLine([line, ...others]: readonly string[]): LabelReading[] {
  if (line === undefined || others.length > 0) return [];
  const rows = line.split(/[,;]/).map((name) => name.trim() || null);
  return rows.length > 1 ? [{ form: "text, names on one line", rows }] : [];
}
