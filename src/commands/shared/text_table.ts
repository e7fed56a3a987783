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

/** Returns true for a number, also with a unit, and for "?", which stands for an unknown number. */
function isNumber(cell: string | number): boolean {
  return typeof cell === "number" || /^(-?[\d.]+( \w+)?|\?)$/.test(cell);
}

/** Formats a number of bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
