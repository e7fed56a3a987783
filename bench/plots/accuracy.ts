// Writes the tables and the plot of docs/accuracy.md and the tables of the cards, from the results
// in docs/accuracy: of `deno task eval --json`, and of `bench/input_sizes.ts`.
import {
  areaTable,
  classTable,
  type Dense,
  denseTable,
  type Evaluation,
  figures,
  point,
  scoreTable,
  siblingTable,
  thresholdTable,
} from "./evaluation_tables.ts";
import { withTables } from "./generated_tables.ts";
import { type InputSizes, inputSizesPlot, inputSizesTable } from "./input_sizes.ts";

/** A page, relative to the root, and the text for each of its places. */
interface Page {
  readonly path: string;
  readonly tables: Readonly<Record<string, string>>;
}

const ROOT = new URL("../../", import.meta.url);

/** Reads the committed results and returns every page with the text for its places. */
export async function accuracyPages(): Promise<readonly Page[]> {
  const small = await readResults<Evaluation>("everyday8");
  const int8 = await readResults<Evaluation>("everyday8-int8");
  const large = await readResults<Evaluation>("everyday8-l");
  const largeInt8 = await readResults<Evaluation>("everyday8-l-int8");
  const dense = await readResults<Dense>("dense");
  return [
    {
      path: "docs/accuracy.md",
      tables: {
        "figures": figures(small),
        "classes": classTable(small),
        "threshold": thresholdTable(small),
        "scores": scoreTable(small),
        "dense": denseTable(dense, small),
        "int8": siblingTable({ "float32": small, "int8": int8 }),
        "int8-point": point(int8),
        "siblings": siblingTable({ "everyday8": small, "everyday8-l": large }),
        "large-point": point(large),
        "large-int8": siblingTable({ "float32": large, "int8": largeInt8 }),
        "input-sizes": inputSizesTable(await readInputSizes()),
      },
    },
    { path: "models/everyday8.card.md", tables: cardTables(small) },
    { path: "models/everyday8-l.card.md", tables: cardTables(large) },
  ];
}

/** Reads the committed results of `bench/input_sizes.ts`. */
export function readInputSizes(): Promise<InputSizes> {
  return readResults("input_sizes");
}

/** Returns the page with its tables. */
export async function pageWithTables({ path, tables }: Page): Promise<string> {
  return withTables(await Deno.readTextFile(new URL(path, ROOT)), tables);
}

async function readResults<T>(name: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(`docs/accuracy/${name}.json`, ROOT)));
}

function cardTables(results: Evaluation): Page["tables"] {
  return { "areas": areaTable(results), "classes": classTable(results), "point": point(results) };
}

if (import.meta.main) {
  for (const page of await accuracyPages()) {
    await Deno.writeTextFile(new URL(page.path, ROOT), await pageWithTables(page));
  }
  const plot = new URL("docs/accuracy/input_sizes.svg", ROOT);
  await Deno.writeTextFile(plot, inputSizesPlot(await readInputSizes()));
}
