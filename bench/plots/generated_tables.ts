/** Writes a share without the 0 before the point: .405. */
export function shortShare(share: number, digits = 3): string {
  return share.toFixed(digits).replace(/^0/, "");
}

/** Writes a table in Markdown, with cells as wide as `deno fmt` makes them. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]!.length))
  );
  const lines = rows.map((row) =>
    `| ${row.map((cell, n) => cell.padEnd(widths[n]!)).join(" | ")} |`
  );
  lines.splice(1, 0, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`);
  return lines.join("\n");
}

/**
 * Replaces the text between `<!-- NAME -->` and `<!-- end -->` by the table of that name.
 *
 * @throws {Error} If the page has no such place for one of the tables, or a place without a table.
 */
export function withTables(page: string, tables: Readonly<Record<string, string>>): string {
  const missing = new Set(Object.keys(tables));
  const result = page.replaceAll(
    /(<!-- ([\w-]+) -->\n)[^]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => {
      const table = tables[name];
      if (table === undefined) throw new Error(`Cannot fill ${name}: there is no such table`);
      missing.delete(name);
      return `${begin}\n${table}\n\n${end}`;
    },
  );
  if (missing.size > 0) {
    throw new Error(
      `Cannot place ${[...missing].join(", ")}: write <!-- NAME --> and <!-- end -->`,
    );
  }
  return result;
}
