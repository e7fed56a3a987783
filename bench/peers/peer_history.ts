import { textTable } from "../../src/commands/shared/text_table.ts";
import type { PeerRow } from "./compare_peers.ts";

/** Folder of earlier comparisons. The name of each file begins with the date of its run. */
export const HISTORY = new URL("../history/", import.meta.url);

/** Earlier comparison: the part of its file that {@linkcode historyTable} reads. */
export interface EarlierComparison {
  /** Name of the file. */
  readonly file: string;
  /** Measurements of each server with each image. */
  readonly rows: readonly PeerRow[];
}

/** Reads the newest comparison of a folder. Returns undefined if the folder has none. */
export async function newestComparison(
  folder: URL = HISTORY,
): Promise<EarlierComparison | undefined> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  const file = names.filter((name) => name.endsWith(".json")).sort().at(-1);
  if (file === undefined) return undefined;
  const { rows } = JSON.parse(await Deno.readTextFile(new URL(file, folder)));
  return { file, rows };
}

/** Figures that are compared, with their head in the table. */
const FIGURES = {
  latencyMs: "1 connection",
  imagesPerSecond: "8 connections",
  processorMs: "CPU",
  residentBytes: "memory",
  coldStartMs: "cold",
} as const;

/**
 * Writes a table of figures divided by those of an earlier comparison: with 0.9, the latency is a
 * tenth lower. Leaves out servers and images that the earlier comparison does not have.
 */
export function historyTable(rows: readonly PeerRow[], earlier: EarlierComparison): string {
  const keys = Object.keys(FIGURES) as (keyof typeof FIGURES)[];
  const compared = rows.flatMap((row) => {
    const before = earlier.rows.find(({ server, image }) =>
      server === row.server && image === row.image
    );
    if (before === undefined) return [];
    return [[row.image, row.server, ...keys.map((key) => (row[key] / before[key]).toFixed(2))]];
  });
  const head = [`divided by ${earlier.file}`, "server", ...Object.values(FIGURES)];
  return textTable(head, compared);
}
