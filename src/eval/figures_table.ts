import type { CocoFigures } from "./evaluate.ts";

/** Row of a table: name of the figure and its value. */
export type FigureRow = readonly [name: string, value: number];

/**
 * Lists the twelve figures in COCO's order and wording (pycocotools, `COCOeval.summarize`).
 *
 * @returns Rows whose names are padded to the same length, as in COCO's output.
 *
 * @example
 * ```ts
 * import { figuresTable } from "./figures_table.ts";
 *
 * const figures = {
 *   ...{ ap: 0.4, ap50: 0.6, ap75: 0.5, apSmall: 0.2, apMedium: 0.4, apLarge: 0.6 },
 *   ...{ ar1: 0.3, ar10: 0.4, ar100: 0.5, arSmall: 0.3, arMedium: 0.5, arLarge: 0.7 },
 *   perCategory: [],
 * };
 * const row = figuresTable(figures)[3]?.join(" = ");
 * if (row !== "Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = 0.2") {
 *   throw new Error(row);
 * }
 * ```
 */
export function figuresTable(figures: CocoFigures): readonly FigureRow[] {
  return [
    [precisionName("0.50:0.95", "all"), figures.ap],
    [precisionName("0.50", "all"), figures.ap50],
    [precisionName("0.75", "all"), figures.ap75],
    [precisionName("0.50:0.95", "small"), figures.apSmall],
    [precisionName("0.50:0.95", "medium"), figures.apMedium],
    [precisionName("0.50:0.95", "large"), figures.apLarge],
    [recallName("all", 1), figures.ar1],
    [recallName("all", 10), figures.ar10],
    [recallName("all", 100), figures.ar100],
    [recallName("small", 100), figures.arSmall],
    [recallName("medium", 100), figures.arMedium],
    [recallName("large", 100), figures.arLarge],
  ];
}

function precisionName(iou: string, area: string): string {
  return `Average Precision  (AP) @[ ${conditions(iou, area, 100)} ]`;
}

function recallName(area: string, limit: number): string {
  return `Average Recall     (AR) @[ ${conditions("0.50:0.95", area, limit)} ]`;
}

function conditions(iou: string, area: string, limit: number): string {
  return `IoU=${iou.padEnd(9)} | area=${area.padStart(6)} | maxDets=${String(limit).padStart(3)}`;
}
