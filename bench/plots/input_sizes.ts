// Plot and table of the results of `bench/input_sizes.ts`.
import { markdownTable, shortShare } from "./generated_tables.ts";
import { lineChart } from "./line_chart.ts";

/** Results of `bench/input_sizes.ts`. */
export interface InputSizes {
  readonly model: string;
  readonly rows: readonly {
    /** Side of the square that images are fitted into, pixels. */
    readonly side: number;
    /** Median time of the graph on one thread of WebAssembly, milliseconds. */
    readonly ms: number;
    readonly ap: number;
    readonly ap50: number;
    readonly apSmall: number;
    readonly apMedium: number;
    readonly apLarge: number;
  }[];
}

/** Draws AP and AP50 against the time of a run. */
export function inputSizesPlot({ rows }: InputSizes): string {
  const slowest = Math.max(...rows.map(({ ms }) => ms));
  const step = [10, 20, 50, 100, 200].find((each) => each * 5 >= slowest) ?? 500;
  return lineChart({
    x: { label: "ms of the graph, one thread", ticks: [0, 1, 2, 3, 4, 5].map((n) => n * step) },
    y: { label: "average precision", ticks: [0, 0.2, 0.4, 0.6, 0.8] },
    lines: [
      { label: "AP50", points: rows.map(({ ms, ap50 }) => [ms, ap50]) },
      { label: "AP", points: rows.map(({ ms, ap }) => [ms, ap]) },
      { label: "AP, medium objects", points: rows.map(({ ms, apMedium }) => [ms, apMedium]) },
    ],
  });
}

/** Writes the table of the sizes. */
export function inputSizesTable({ rows }: InputSizes): string {
  return markdownTable([
    ["side", "ms", "AP", "AP50", "small", "medium", "large"],
    ...rows.map(({ side, ms, ap, ap50, apSmall, apMedium, apLarge }) => [
      String(side),
      ms.toFixed(1),
      ...[ap, ap50, apSmall, apMedium, apLarge].map((share) => shortShare(share)),
    ]),
  ]);
}
