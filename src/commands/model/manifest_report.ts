import { commandLine } from "../../core/command_line.ts";
import type { Family } from "../../describe/families.ts";
import type { GraphFacts } from "../../describe/graph_facts.ts";
import { type Grade, gradeOf } from "../../describe/guess.ts";
import type { Manifest } from "../../manifest/manifest.ts";

/** New manifest, with the information that it was made from. */
export interface DraftedManifest {
  /** Path of the manifest. */
  readonly target: string;
  /** Properties that the graph proves. */
  readonly facts: GraphFacts;
  /** Model family that the graph most likely belongs to. */
  readonly family: Family;
  /**
   * Sentence for the user about the name in the graph that suggests the model family. Null: no name
   * in the graph suggests a family.
   */
  readonly evidence: string | null;
  /** Content of the new manifest. */
  readonly manifest: Manifest;
  /** Names of the other model families that fit the graph. */
  readonly others: readonly string[];
}

/** Headings of the report for properties that are guesses, in printing order. */
const HEADINGS: Readonly<Record<Grade, string>> = {
  suggested: "The graph suggests",
  assumed: "Nothing in the graph tells; pure assumption",
  open: "Open questions",
};

/**
 * Returns the report that `model new` prints: proven, suggested and assumed properties, and the
 * next step.
 */
export function manifestReport(drafted: DraftedManifest): string {
  const { target, facts: { input, outputs, scores }, family, evidence, manifest, others } = drafted;
  const size = input.size ? `${input.size.width}x${input.size.height}` : "any size";
  const classes = outputs.kind === "finished" ? "?" : manifest.labels.length;
  const guesses = Object.entries(manifest.guesses);
  return [
    `Wrote ${target}`,
    `  input    ${input.name}: ${input.type}, ${input.layout}, ${size}`,
    `  outputs  ${outputs.kind}${scores ? `, class head of ${scores}` : ""}, ${classes} classes`,
    `  family   ${family.family} (${family.source})`,
    ...(evidence === null ? [] : [`           suggested, as ${evidence}`]),
    ...(others.length === 0 ? [] : [`It could also be (--family): ${others.join(", ")}`]),
    `The graph proves: ${provenBy(manifest).join(", ")}`,
    ...(Object.keys(HEADINGS) as Grade[]).flatMap((grade) => section(grade, guesses)),
    `${guesses.length} guesses; take each out of "guesses" once it is confirmed.`,
    `One command settles them: ${commandLine(`model check ${target} --golden FILE`)}`,
  ].join("\n");
}

/** Returns the report of `model new --draft` about a graph that no known model family fits. */
export function openReport(target: string, { guesses }: Manifest, fault: string): string {
  const all = Object.entries(guesses).filter(([property]) => property !== "graph");
  return [
    `Wrote ${target}, which is not complete: ${fault}`,
    ...(Object.keys(HEADINGS) as Grade[]).flatMap((grade) => section(grade, all)),
    `Answer the questions in it, then: ${commandLine(`model check ${target} --golden FILE`)}`,
  ].join("\n");
}

function section(grade: Grade, guesses: readonly (readonly [string, string])[]): string[] {
  const own = guesses.filter(([, reason]) => gradeOf(reason) === grade);
  if (own.length === 0) return [];
  return [`${HEADINGS[grade]}:`, ...own.map(([property, reason]) => `  ${property}: ${reason}`)];
}

/** Lists the properties of a manifest that are not guesses. */
function provenBy({ guesses, input, outputs, ...manifest }: Manifest): string[] {
  const paths = [
    "graph",
    ...Object.keys(input).map((key) => `input.${key}`),
    ...Object.keys(outputs).map((key) => `outputs.${key}`),
    ...Object.keys(manifest).filter((key) => !OF_PEOPLE.has(key)),
  ];
  const isGuess = (path: string) =>
    Object.keys(guesses).some((guess) => guess === path || path === guess.split(".")[0]);
  const proven = paths.filter((path) => !isGuess(path) && path !== "labels");
  return "labels" in guesses || outputs.kind === "finished"
    ? proven
    : [...proven, `labels (${manifest.labels.length}, as many as classes)`];
}

/**
 * Manifest properties that the graph cannot prove, because a person sets the property, or because
 * every manifest has the property.
 */
const OF_PEOPLE = new Set(["manifest", "id", "title", "licence", "graph", "metrics", "labels"]);
