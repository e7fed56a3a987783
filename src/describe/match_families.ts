import type { Family, FamilyTraits } from "./families.ts";
import type { GraphFacts } from "./graph_facts.ts";

/**
 * Returns the model families that match a graph. A family matches if the graph has all traits of
 * the family, and one of the weights that all graphs of the family have.
 *
 * @param weights Names of the weights in the graph. Unset: unknown, so families that need a weight
 *   do not match.
 * @returns Families with the most traits first. Families with equally many traits keep the order of
 *   `families`.
 */
export function matchFamilies(
  facts: GraphFacts,
  families: readonly Family[],
  weights: readonly string[] = [],
): Family[] {
  const found = traitsOf(facts);
  const matching = families.filter(({ traits, weights: pattern }) =>
    Object.entries(traits).every(([trait, value]) => hasTrait(found, trait, value)) &&
    (pattern === undefined || weights.some((name) => new RegExp(pattern).test(name)))
  );
  const weight = ({ traits }: Family) => Object.keys(traits).length;
  return matching.sort((a, b) => weight(b) - weight(a));
}

/**
 * Returns the traits of a graph. The trait `prefix` is the whole name of the first class head
 * (output with scores).
 */
function traitsOf({ input, outputs, scores }: GraphFacts): FamilyTraits {
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

function hasTrait(found: FamilyTraits, trait: string, value: unknown): boolean {
  const own = found[trait as keyof FamilyTraits];
  if (trait === "prefix") return typeof own === "string" && own.startsWith(String(value));
  // A square input is also a fixed input.
  return own === value || (trait === "size" && value === "fixed" && own === "square");
}
