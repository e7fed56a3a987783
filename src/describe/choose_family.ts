import { commandLine } from "../core/command_line.ts";
import { FAMILIES, type Family } from "./families.ts";
import type { GraphFacts } from "./graph_facts.ts";
import type { GraphHints } from "./graph_hints.ts";
import { matchFamilies } from "./match_families.ts";

/** Model families that may describe a graph. A family describes the models of one framework. */
export interface FamilyChoice {
  /** Families to try, the likeliest first. */
  readonly candidates: readonly Family[];
  /**
   * Sentence about the names in the graph that suggest the candidates. Null: the caller chose the
   * model family, or no name suggests a family.
   */
  readonly evidence: string | null;
  /** Returns the names of all model families that fit the graph, except `chosen`. */
  readonly others: (chosen: Family) => string[];
}

/**
 * Frameworks with detectors for which this project has no model family. The key is the name of the framework. The
 * value is a pattern of the names that the framework gives to weights.
 */
const WITHOUT_FAMILY: Readonly<Record<string, RegExp>> = {
  // The weights of its RetinaNet begin with retina_.
  MMDetection: /(^|[./])bbox_head\.(?!retina_)\w+_(cls|reg)\b/,
  // Its RetinaNet has no centre-ness, and one activation after each convolution: conv.0, conv.2 or,
  // since 0.15, conv.0.0, conv.1.0. FCOS has a group norm between them: conv.0, conv.1, conv.3.
  "torchvision FCOS":
    /(^|[./])(regression_head\.bbox_ctrness|(classification|regression)_head\.conv\.\d*[13579]\.(weight|bias)$)/,
  "torchvision SSD": /(^|[./])(classification|regression)_head\.module_list\./,
};

/**
 * Chooses the model families that may describe a graph.
 *
 * @param wanted Name of a family that the user chose. Undefined: the names and traits of the graph
 *   decide.
 * @throws {TypeError} If the family `wanted` does not fit the outputs of the graph, or if the user
 *   chose no family and it is unclear which family is right. A wrong family would give wrong
 *   colours and anchors without an error.
 */
export function chooseFamily(
  facts: GraphFacts,
  hints: GraphHints,
  wanted: string | undefined,
): FamilyChoice {
  const { kind } = facts.outputs;
  const possible = FAMILIES.filter((family) => describes(family, kind));
  const matching = matchFamilies(facts, possible, hints.weights);
  const { told, isContradicted } = toldFamilies(possible, facts, hints);
  const likely = [...new Set([...told.map(({ family }) => family), ...matching])];
  const choice = (candidates: readonly Family[], evidence: string | null): FamilyChoice => ({
    candidates,
    evidence,
    others: (chosen) => likely.filter((other) => other !== chosen).map(({ family }) => family),
  });
  const known = possible.map(({ family }) => family).join(", ");
  if (wanted !== undefined) {
    const named = possible.filter(({ family }) => family === wanted);
    if (named.length > 0) return choice(named, null);
    throw new TypeError(
      `Cannot take family "${wanted}" as the graph's outputs are of kind "${kind}", for which ` +
        `there are: ${known}`,
    );
  }
  const [first] = matching;
  const [firstTold] = told;
  const isToldOther = firstTold !== undefined && !told.some(({ family }) => family === first);
  if (kind === "levels" && first?.traits.prefix !== undefined && !isToldOther) {
    return choice([first], `output "${first.traits.prefix}…"`);
  }
  const isTold = frameworksOf(told).size === 1 && !isContradicted && undescribed(hints) === null;
  const isEnough = kind !== "levels" ||
    (firstTold?.family.isDistinct === true && hints.weights.includes(firstTold.name));
  if (isEnough && firstTold !== undefined && isTold) {
    const families = told.map(({ family }) => family);
    // Families that also match the graph in all traits come first.
    const sorted = [...families.filter((each) => matching.includes(each)), ...families];
    return choice([...new Set(sorted)], `the graph has the name "${firstTold.name}"`);
  }
  const strange = strangerOf(possible, hints);
  const isClear = matching.length === 1 && (kind === "finished" || hasAnchors(facts));
  if (isClear && strange === null) return choice(matching, null);
  if (kind === "finished" && matching.length === 0) {
    throw new TypeError(
      `Cannot tell the family of this graph: name one with --family, of ${known}`,
    );
  }
  throw new TypeError(
    `Cannot tell the family of this graph, as several frameworks export ${TITLES[kind]}, with ` +
      `other colours, scales and anchors: name yours with --family, of ${known}. ` +
      `${suggestion(told, hints, isContradicted)}Then compare its boxes: ${
        commandLine("model check ID --golden FILE")
      }`,
  );
}

const TITLES = {
  levels: "heads per level",
  joined: "heads for all levels together",
  finished: "such detections",
} as const;

/**
 * Returns true if a model family can describe outputs of `kind`. The kind `finished` is for graphs
 * that apply NMS themselves. The kinds `levels` and `joined` are for graphs without NMS.
 */
function describes(family: Family, kind: GraphFacts["outputs"]["kind"]): boolean {
  return (family.traits.outputs === "finished") === (kind === "finished");
}

/**
 * Returns true if the graph has an output with its anchors. Only the image preparation must be
 * guessed for a graph with this output.
 */
function hasAnchors({ outputs }: GraphFacts): boolean {
  return outputs.kind === "joined" && outputs.anchors !== null;
}

/** Model family, and a name in the graph that is typical of the family's framework. */
interface Told {
  readonly family: Family;
  readonly name: string;
}

/** Families that the names in a graph suggest. */
interface ToldFamilies {
  readonly told: readonly Told[];
  /** True if names of weights suggest one framework, and names of outputs another. */
  readonly isContradicted: boolean;
}

/**
 * Returns the families whose framework gives typical names to weights or outputs of the graph.
 *
 * Names of weights are better evidence than names of outputs, because KerasHub uses torchvision's
 * names for its outputs. Names of outputs count only for a family whose graphs have the same input
 * layout as this graph. Of several families with the same names of outputs, those count whose
 * weights the graph has. If both suggest different frameworks, the families of both are returned.
 */
function toldFamilies(
  possible: readonly Family[],
  { input, outputs }: GraphFacts,
  { weights }: GraphHints,
): ToldFamilies {
  const toldBy = (names: readonly string[], families: readonly Family[]): Told[] =>
    families.flatMap((family) => {
      const pattern = family.names === undefined ? null : new RegExp(family.names);
      const name = names.find((each) => pattern?.test(each));
      return name === undefined ? [] : [{ family, name }];
    });
  const byWeights = toldBy(weights, possible);
  if (byWeights.length === 0) {
    const isAlike = ({ traits: { layout } }: Family) => (layout ?? input.layout) === input.layout;
    const byOutputs = toldBy(outputNames(outputs), possible.filter(isAlike));
    const sure = byOutputs.filter(({ family }) => hasOneOf(weights, family.weights));
    return { told: sure.length > 0 ? sure : byOutputs, isContradicted: false };
  }
  const byOutputs = toldBy(outputNames(outputs), possible);
  const isContradicted = byOutputs.length > 0 &&
    !byOutputs.some(({ family }) => byWeights.some((other) => other.family === family));
  return { told: isContradicted ? [...byWeights, ...byOutputs] : byWeights, isContradicted };
}

/** Returns true if there is a pattern, and one of the names has it. */
function hasOneOf(names: readonly string[], pattern: string | undefined): boolean {
  return pattern !== undefined && names.some((name) => new RegExp(pattern).test(name));
}

/**
 * Returns the name of a weight that is typical of a framework whose families do not describe such
 * outputs. Null: there is no such weight.
 */
function strangerOf(possible: readonly Family[], { weights }: GraphHints): string | null {
  const known = new Set(possible.map(({ names }) => names));
  const patterns = [
    ...FAMILIES.flatMap(({ names }) => names === undefined || known.has(names) ? [] : [names]),
    ...Object.values(WITHOUT_FAMILY),
  ].map((pattern) => new RegExp(pattern));
  return weights.find((name) => patterns.some((pattern) => pattern.test(name))) ?? null;
}

function outputNames(outputs: GraphFacts["outputs"]): string[] {
  if (outputs.kind === "levels") return [...outputs.scores, ...outputs.deltas];
  if (outputs.kind === "joined") return [outputs.scores, outputs.deltas];
  return [outputs.boxes, outputs.labels ?? []].flat();
}

/**
 * Returns the distinct name patterns of model families, one for each framework. Families of one
 * framework have the same pattern.
 */
function frameworksOf(told: readonly Told[]): Set<string | undefined> {
  return new Set(told.map(({ family }) => family.names));
}

/** Returns a framework of {@linkcode WITHOUT_FAMILY} with the weight that is typical of it. */
function undescribed({ weights }: GraphHints): { framework: string; name: string } | null {
  for (const [framework, pattern] of Object.entries(WITHOUT_FAMILY)) {
    const name = weights.find((weight) => pattern.test(weight));
    if (name !== undefined) return { framework, name };
  }
  return null;
}

/**
 * Returns a sentence for an error message. The sentence says which framework the names in the graph
 * suggest, if any.
 */
function suggestion(
  told: readonly Told[],
  hints: GraphHints,
  isContradicted: boolean,
): string {
  const other = undescribed(hints);
  if (other !== null) {
    return `The name "${other.name}" is one of ${other.framework}'s for which there is no family: ` +
      "take the one that is most alike and correct its manifest. ";
  }
  const [first] = told;
  if (first === undefined) {
    const stranger = FAMILIES.flatMap(({ family, names }) => {
      const name = names && hints.weights.find((weight) => new RegExp(names).test(weight));
      return name ? [{ family, name }] : [];
    })[0];
    return stranger === undefined
      ? "No name in the graph suggests one. "
      : `The name "${stranger.name}" is one of ${stranger.family}'s, which has no family for such ` +
        "outputs: take the one that is most alike and correct its manifest. ";
  }
  const families = told.map(({ family }) => family.family).join(" or ");
  const last = told.at(-1)?.name;
  return isContradicted
    ? `The names "${first.name}" and "${last}" contradict each other: they suggest ${families}. `
    : `The name "${first.name}" suggests ${families}. `;
}
