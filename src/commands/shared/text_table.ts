import Table from "cli-table3";

/** Formats a table for a terminal. Columns of numbers are aligned to the right. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) =>
      rows.every((row) => isNumber(row[column] ?? "")) ? "right" : "left"
    ),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Accepts a number with a unit, and the question mark of an unknown one. */
function isNumber(cell: string | number): boolean {
  return typeof cell === "number" || /^(-?[\d.]+( \w+)?|\?)$/.test(cell);
}

/** Formats a number of bytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
