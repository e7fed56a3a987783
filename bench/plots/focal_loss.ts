// Draws the tables and plots of docs/focal-loss.md from the results in docs/focal-loss.
import { markdownTable, withTables } from "./generated_tables.ts";
import { type Line, lineChart } from "./line_chart.ts";

/** Finished run of `training/experiments/focal_loss.py`. */
export interface Run {
  readonly setting: string;
  readonly seed: number;
  readonly steps: number;
  /** Mean class loss of every ten steps. Null: not finite. */
  readonly losses: readonly (number | null)[];
  /** Step with a loss that was not finite. Unset: the run reached its last step. */
  readonly diverged?: number;
  readonly AP: number;
  readonly AP50: number;
  readonly AP75: number;
}

/** Losses and their derivatives as `training/check_loss.py` writes them. */
export interface LossValues {
  /** Probability of the true class. */
  readonly p_t: readonly number[];
  readonly curves: readonly {
    readonly gamma: number;
    readonly loss: readonly number[];
    /** Derivative of the loss by the logit of the true class. */
    readonly gradient: readonly number[];
  }[];
}

/** Cumulative normalised losses of one side, as `distribution.py` writes them. */
export interface Side {
  /** Number of examples: pairs of an anchor and a class. */
  readonly examples: number;
  readonly curves: readonly {
    readonly gamma: number;
    /** Share of the loss of the easiest examples, at equal distances from none to all. */
    readonly cumulative: readonly number[];
    /** Share of the loss of the hardest examples, by their share. */
    readonly hardest: Readonly<Record<string, number>>;
  }[];
}

/** Results that the page is made from. */
export interface Results {
  readonly runs: readonly Run[];
  readonly values: LossValues;
  readonly distribution: { readonly foreground: Side; readonly background: Side };
}

const PAGE = new URL("../../docs/focal-loss.md", import.meta.url);
const FOLDER = new URL("../../docs/focal-loss/", import.meta.url);
const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** Settings of each table, and how a row names them. */
const TABLES: Readonly<
  Record<string, readonly (readonly [setting: string, ...cells: string[]])[]>
> = {
  prior: [
    ["cross-entropy", "CE", ".01", "AdamW"],
    ["cross-entropy, no prior", "CE", ".5", "AdamW"],
    ["focal", "FL", ".01", "AdamW"],
    ["focal, no prior", "FL", ".5", "AdamW"],
    ["cross-entropy, sgd", "CE", ".01", "SGD"],
    ["cross-entropy, no prior, sgd", "CE", ".5", "SGD"],
  ],
  alpha: [
    ["alpha 0.25", ".25", ".108"],
    ["cross-entropy", ".50", ".302"],
    ["gamma 0", ".75", ".311"],
    ["alpha 0.9", ".90", ".308"],
  ],
  gamma: [
    ["gamma 0", "0", ".75", ".311"],
    ["gamma 0.5", "0.5", ".50", ".329"],
    ["gamma 1", "1", ".25", ".337"],
    ["focal", "2", ".25", ".340"],
    ["gamma 5", "5", ".25", ".322"],
  ],
  anchors: [
    ["anchors 1x1", "1", "1", ".303"],
    ["anchors 3x1", "3", "1", ".318"],
    ["focal", "3", "3", ".340"],
  ],
  ohem: [
    ["ohem 512", "OHEM", "512"],
    ["focal", "FL", "all"],
  ],
};

/** Headings of the columns before the figures. */
const HEADINGS: Readonly<Record<string, readonly string[]>> = {
  prior: ["loss", "π", "optimiser"],
  alpha: ["α", "paper"],
  gamma: ["γ", "α", "paper"],
  anchors: ["sizes", "ratios", "paper"],
  ohem: ["method", "examples"],
};

/** Reads the committed results. */
export async function readResults(): Promise<Results> {
  const [runs, values, distribution] = await Promise.all(
    ["runs.jsonl", "values.json", "distribution.json"].map((name) =>
      Deno.readTextFile(new URL(name, FOLDER))
    ),
  );
  return {
    runs: runs!.trim().split("\n").map((line) => JSON.parse(line)),
    values: JSON.parse(values!),
    distribution: JSON.parse(distribution!),
  };
}

/** Returns the plots by file name. */
export function plotsOf({ runs, values, distribution }: Results): Record<string, string> {
  return {
    "loss.svg": lineChart({
      x: { label: "probability of the true class, p_t", ticks: TENTHS },
      y: { label: "loss", ticks: [0, 1, 2, 3, 4, 5] },
      lines: values.curves.map(({ gamma, loss }) => ({
        label: gamma === 0 ? "CE (γ = 0)" : `FL, γ = ${gamma}`,
        points: values.p_t.map((p, n) => [p, loss[n]!] as const),
      })),
    }),
    "foreground.svg": cumulativeChart(distribution.foreground, "foreground"),
    "background.svg": cumulativeChart(distribution.background, "background"),
    "prior.svg": lineChart({
      x: { label: "step", ticks: stepTicks(runs) },
      y: { label: "class loss", ticks: [0.1, 1, 10, 100, 1000, 10_000], isLogarithmic: true },
      lines: TABLES["prior"]!.map(([setting, loss, prior, optimiser], index) => ({
        label: `${loss}, π = ${prior}, ${optimiser}`,
        points: lossPoints(runs, setting),
        dashed: index % 2 === 1,
        colour: index >> 1,
      })),
    }),
  };
}

function cumulativeChart({ curves }: Side, side: string): string {
  return lineChart({
    x: { label: `share of the ${side} examples, easiest first`, ticks: TENTHS },
    y: { label: "share of the loss", ticks: TENTHS },
    lines: curves.map(({ gamma, cumulative }): Line => ({
      label: `γ = ${gamma}`,
      points: cumulative.map((share, n) => [n / (cumulative.length - 1), share]),
    })),
  });
}

function stepTicks(runs: readonly Run[]): number[] {
  const steps = Math.max(...runs.map((run) => run.steps));
  return [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * steps));
}

/** Returns the class losses of the first seed of a setting, up to the first that is not finite. */
function lossPoints(runs: readonly Run[], setting: string): Line["points"] {
  const { losses } = seedsOf(runs, setting)[0]!;
  const end = losses.indexOf(null);
  return losses.slice(0, end < 0 ? undefined : end)
    .map((loss, n) => [n * 10 + 5, loss!] as const);
}

/** Returns the tables by name. */
export function tablesOf({ runs, distribution }: Results): Record<string, string> {
  const tables = Object.entries(TABLES).map(([name, settings]) => [
    name,
    markdownTable([
      [...HEADINGS[name]!, "AP", "AP50", "AP75", "AP of each seed"],
      ...settings.map(([setting, ...cells]) => [...cells, ...figures(seedsOf(runs, setting))]),
    ]),
  ]);
  return { ...Object.fromEntries(tables), hardest: hardestTable(distribution) };
}

/** Returns the means of a setting over its seeds, and AP of each seed. */
function figures(runs: readonly Run[]): string[] {
  const means = (["AP", "AP50", "AP75"] as const).map((name) =>
    runs.reduce((sum, run) => sum + run[name], 0) / runs.length
  );
  const each = runs.map((run) => run.diverged === undefined ? short(run.AP) : "diverged");
  return [...means.map(short), each.join(", ")];
}

function hardestTable({ foreground, background }: Results["distribution"]): string {
  const shares = Object.keys(background.curves[0]!.hardest);
  const rows = background.curves.map(({ gamma, hardest }, n) => [
    String(gamma),
    ...shares.map((share) => percent(hardest[share]!)),
    percent(foreground.curves[n]!.hardest["0.1"]!),
  ]);
  const columns = shares.map((share) => `${Number(share) * 100} % of background`);
  return markdownTable([["γ", ...columns, "10 % of foreground"], ...rows]);
}

/** Returns the runs of a setting by seed. */
function seedsOf(runs: readonly Run[], setting: string): Run[] {
  const found = runs.filter((run) => run.setting === setting).sort((a, b) => a.seed - b.seed);
  if (found.length === 0) throw new Error(`Cannot draw ${setting}: runs.jsonl has no such run`);
  return found;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Writes a figure as the other pages do: .405. */
function short(value: number): string {
  return value.toFixed(3).slice(1);
}

if (import.meta.main) {
  const results = await readResults();
  for (const [name, svg] of Object.entries(plotsOf(results))) {
    await Deno.writeTextFile(new URL(name, FOLDER), svg);
  }
  await Deno.writeTextFile(PAGE, withTables(await Deno.readTextFile(PAGE), tablesOf(results)));
}
