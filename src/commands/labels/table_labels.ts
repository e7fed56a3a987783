import { parse } from "csv-parse/sync";
import { isId, type LabelReading, namesById } from "./label_reading.ts";

/** Pattern of the headings that mark the column with the class names. */
const NAME_HEADINGS = /^(display_?name|class_?name|name|label|class|category)$/i;

/**
 * Reads labels from a table with a column of ids and a column of names. The delimiter is a comma, a
 * semicolon or a tab. The first line may be a heading.
 *
 * @returns Null if the text is not such a table.
 * @throws {TypeError} If it is unclear which column contains the names.
 */
export function tableLabels(text: string): LabelReading | null {
  for (const delimiter of [",", ";", "\t"]) {
    const rows = rowsOf(text, delimiter);
    const reading = rows && tableOf(rows);
    if (reading) return reading;
  }
  return null;
}

/**
 * Splits text into the rows and cells of a table. Returns null if the text has no delimiter, or if
 * the rows differ in their number of cells.
 */
function rowsOf(text: string, delimiter: string): string[][] | null {
  if (!text.includes(delimiter)) return null;
  try {
    return parse(text, {
      delimiter,
      comment: "#",
      comment_no_infix: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch {
    return null;
  }
}

function tableOf(rows: readonly (readonly string[])[]): LabelReading | null {
  const [first, ...others] = rows;
  if (first === undefined || first.length < 2) return null;
  const columns = [...first.keys()];
  const hasIds = (body: typeof rows) => (column: number) =>
    body.length > 0 && body.every((row) => isId(row[column] ?? ""));
  const whole = columns.filter(hasIds(rows));
  // If a column contains only ids, the table has no heading, because headings are text.
  const hasHeading = whole.length === 0;
  const body = hasHeading ? others : rows;
  const idColumns = hasHeading ? columns.filter(hasIds(others)) : whole;
  const idColumn = idColumns.find((column) => hasHeading && /id/i.test(first[column] ?? "")) ??
    idColumns[0];
  if (idColumn === undefined) return null;
  const nameColumn = nameColumnOf(
    hasHeading ? first : null,
    columns.filter((column) => !idColumns.includes(column)),
  );
  return namesById(
    "CSV",
    body.map((row) => [row[idColumn] ?? "", row[nameColumn] ?? ""]),
  );
}

/**
 * Returns the column with the names: the only column of text, or the column with a heading such as
 * "name".
 */
function nameColumnOf(heading: readonly string[] | null, columns: readonly number[]): number {
  const byHeading = columns.filter((column) => NAME_HEADINGS.test(heading?.[column] ?? ""));
  const [column, ...others] = byHeading.length > 0 ? byHeading : columns;
  if (column !== undefined && others.length === 0) return column;
  throw new TypeError(
    column === undefined
      ? "its columns hold numbers only: it has no names"
      : `${others.length + 1} of its columns could be the names: keep the ids and one column`,
  );
}
