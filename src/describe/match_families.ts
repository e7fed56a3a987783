import type { Family, FamilyTraits } from "./families.ts";
import type { GraphFacts } from "./graph_facts.ts";

/** The families whose traits a graph has, those with most traits first. */
export function fittingFamilies(facts: GraphFacts, families: readonly Family[]): Family[] {
  const found = traitsOf(facts);
  const fitting = families.filter(({ traits }) =>
    Object.entries(traits).every(([trait, value]) => fits(trait, value, found))
  );
  const weight = ({ traits }: Family) => Object.keys(traits).length;
  return fitting.sort((a, b) => weight(b) - weight(a));
}

type Traits = { readonly [trait in keyof FamilyTraits]: FamilyTraits[trait] };

function traitsOf({ input, outputs, scores }: GraphFacts): Traits {
  return {
    outputs: outputs.kind,
    scores: scores ?? undefined,
    layout: input.layout,
    type: input.type,
    size: input.size === null
      ? "open"
      : input.size.width === input.size.height
      ? "square"
      : "fixed",
    anchors: outputs.kind === "joined" ? outputs.anchors !== null : undefined,
    decoded: outputs.kind === "joined" ? outputs.decoded : undefined,
    batched: outputs.kind === "finished" ? outputs.batched : undefined,
    count: outputs.kind === "finished" ? outputs.count !== null : undefined,
    batch: input.batch !== null,
    prefix: outputs.kind === "levels" ? outputs.scores[0] : undefined,
  };
}

function fits(trait: string, value: unknown, found: Traits): boolean {
  const own = found[trait as keyof Traits];
  if (trait === "prefix") return typeof own === "string" && own.startsWith(String(value));
  // A square is fixed too.
  return own === value || (trait === "size" && value === "fixed" && own === "square");
}
