import { EXPORTS } from "./exports.ts";
import type { Outcome, Results } from "./export_results.ts";

// Program that writes the table of exports into docs/bring-your-own.md:
//
//   deno run -RW tests/parity/export_docs.ts

const GUIDE = new URL("../../docs/bring-your-own.md", import.meta.url);
const RESULTS = new URL("export_results.json", import.meta.url);

/** Line before the table, and line after it. */
const [START, END] = ["<!-- exports: begin -->", "<!-- exports: end -->"];

/** Maximum characters of a reason in the table. */
const LONGEST = 110;

/** Reads the outcome of each export. */
export async function readResults(): Promise<Results> {
  return JSON.parse(await Deno.readTextFile(RESULTS));
}

/** Returns the guide, with the table made from the results. */
export function withTable(guide: string, results: Results): string {
  const [before, rest = ""] = guide.split(START);
  const [, after = ""] = rest.split(END);
  return `${before}${START}\n\n${tableOf(results)}\n\n${END}${after}`;
}

/** Reads the guide as it is. */
export async function readGuide(): Promise<string> {
  return await Deno.readTextFile(GUIDE);
}

function tableOf(results: Results): string {
  const rows = EXPORTS.map(({ name, title, answer = [], shown }) => {
    const outcome = results[name];
    if (outcome === undefined) throw new Error(`Cannot write the table: ${name} was not described`);
    return [title, describe(outcome, shown ?? answer.join(" ")), worstOf(outcome)];
  });
  const head = ["export", "`model new`, then boxes", "worst box, score"];
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** Describes an outcome: `exact`, or what `model new` says, asks or refuses. */
function describe({ kind, detail }: Outcome, answer: string): string {
  switch (kind) {
    case "exact":
      return "exact";
    case "asks":
      return `asks; exact with \`${answer}\``;
    case "says":
      return answer === "" ? `says: ${short(detail)}` : `says; exact with \`${answer}\``;
    case "refuses":
      return `refuses: ${short(detail)}`;
    case "WRONG":
      return `wrong: ${short(detail)}`;
  }
}

/** Shortens a message to its reason, at the end of a sentence or a word. */
function short(detail: string): string {
  const text = detail.replace(/^(Cannot (describe|start)\b.*? as |Warning: )/, "")
    .replace(/^Cannot start engine "wasm"\. wasm with \d threads?: /, "").replaceAll("|", "\\|");
  const [sentence = ""] = text.split(/; wasm|: name yours|: export|\. /);
  return sentence.length <= LONGEST
    ? sentence
    : `${sentence.slice(0, LONGEST).replace(/\W\w*$/, "")}…`;
}

function worstOf({ worst }: Outcome): string {
  if (worst === undefined) return "";
  return `${worst.px.toFixed(4)} px, ${worst.score.toExponential(0)}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(GUIDE, withTable(await readGuide(), await readResults()));
}
