import Table from "cli-table3";

/** A table for a terminal: numbers to the right, all else to the left. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, column) =>
      rows.every((row) => isNumber(row[column])) ? "right" : "left"
    ),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** A number, perhaps with its unit. */
function isNumber(cell: string | number): boolean {
  return typeof cell === "number" || /^(-?[\d.]+( \w+)?|\?)$/.test(cell);
}
