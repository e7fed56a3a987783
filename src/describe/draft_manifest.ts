import type { Family } from "./families.ts";
import { type HeadsManifest, type Manifest, parseManifest } from "../manifest/manifest.ts";
import type { GraphFacts, JoinedFacts, LevelsFacts } from "./graph_facts.ts";

/** What a person or a file says of a model, beside its graph. */
export interface ModelNames {
  /** Id of the model. */
  readonly id: string;
  /** The graph's file. */
  readonly graph: Manifest["graph"];
  /** Class names by class id, where somebody named them. */
  readonly labels: readonly (string | null)[] | null;
}

/** A part of a manifest, and the reasons for what in it is a guess. */
interface Guessed<Part> {
  readonly part: Part;
  readonly guesses: Readonly<Record<string, string>>;
}

/**
 * A manifest for a graph: what the graph tells, and for the rest what its family does, each marked
 * as a guess.
 *
 * @param labelSets Class names by their number, for graphs of well-known data sets.
 */
export function proposeManifest(
  facts: GraphFacts,
  family: Family,
  names: ModelNames,
  labelSets: Readonly<Record<string, readonly (string | null)[] | undefined>>,
): Manifest {
  const { behaviour } = family;
  const why = `as ${family.family} does`;
  const labels = labelsOf(facts, names, labelSets);
  const input = inputOf(facts, family, why);
  const sizes = sizesOf(facts, family, why);
  const rest = "anchors" in behaviour && facts.outputs.kind !== "finished"
    ? headsOf(facts, facts.outputs, behaviour, why)
    : finishedOf(facts, family, why);
  return parseManifest({
    manifest: 1,
    id: names.id,
    title: names.id,
    licence: "unknown",
    graph: names.graph,
    metrics: {},
    ...labels.part,
    ...input.part,
    ...sizes.part,
    ...rest.part,
    guesses: {
      title: "the file's name",
      licence: "nothing tells it",
      ...labels.guesses,
      ...input.guesses,
      ...sizes.guesses,
      ...rest.guesses,
    },
  });
}

function labelsOf(
  { outputs }: GraphFacts,
  names: ModelNames,
  labelSets: Readonly<Record<string, readonly (string | null)[] | undefined>>,
): Guessed<Pick<Manifest, "labels">> {
  if (names.labels !== null) return { part: { labels: [...names.labels] }, guesses: {} };
  // A graph that suppresses inside does not tell how many classes it has, nor which.
  const isKnown = outputs.kind !== "finished";
  const count = isKnown ? outputs.classes : 91;
  const set = isKnown ? labelSets[count] : undefined;
  const numbered = Array.from({ length: count }, (_, id) => `class ${id}`);
  const reason = set
    ? `the ${count} classes of COCO, by their number`
    : isKnown
    ? "only numbers are known"
    : "the graph does not tell how many classes it has";
  return { part: { labels: [...(set ?? numbered)] }, guesses: { labels: reason } };
}

function inputOf(
  { input }: GraphFacts,
  { behaviour }: Family,
  why: string,
): Guessed<Pick<Manifest, "input">> {
  const { name, type, layout, batch } = input;
  const { colour, ...normalising } = behaviour.input;
  const own = { name, layout, batch, colour };
  if (type === "uint8") {
    return { part: { input: { type, ...own } }, guesses: { "input.colour": why } };
  }
  return {
    part: { input: { type, ...own, ...normalising } },
    guesses: Object.fromEntries(
      ["colour", "divisor", "mean", "std"].map((property) => [`input.${property}`, why]),
    ),
  };
}

/** An input of fixed size leaves only the choice of how an image gets there. */
function sizesOf(
  { input: { size } }: GraphFacts,
  { behaviour: { resize, resample, pad } }: Family,
  why: string,
): Guessed<Pick<Manifest, "resize" | "resample" | "pad">> {
  const guesses = { resize: why, resample: why, pad: why };
  if (size === null) return { part: { resize, resample, pad }, guesses };
  if (resize.kind === "stretch" || resize.kind === "none") {
    return { part: { resize: { kind: "stretch", ...size }, resample, pad }, guesses };
  }
  const { rounding, factor } = resize;
  return {
    part: {
      resize: { kind: "fit", ...size, rounding, factor },
      resample,
      pad: { kind: "fixed", ...size, value: pad.value },
    },
    guesses,
  };
}

function finishedOf({ outputs }: GraphFacts, { behaviour }: Family, why: string): Guessed<object> {
  const corners = "corners" in behaviour ? behaviour.corners ?? "xyxy" : "xyxy";
  return {
    part: { outputs: { ...outputs, corners }, postprocess: behaviour.postprocess },
    guesses: {
      "outputs.corners": why,
      "outputs.space": "by the range of numbers",
      postprocess: why,
    },
  };
}

type HeadsBehaviour = Pick<HeadsManifest, "anchors" | "boxes" | "postprocess">;

function headsOf(
  { scores }: GraphFacts,
  outputs: LevelsFacts | JoinedFacts,
  behaviour: HeadsBehaviour,
  why: string,
): Guessed<object> {
  const anchors = anchorsOf(outputs, behaviour.anchors, why);
  const boxes = boxesOf(outputs, behaviour.boxes, why);
  const names = outputs.kind === "levels"
    ? { kind: outputs.kind, layout: outputs.layout, scores: outputs.scores, deltas: outputs.deltas }
    : { kind: outputs.kind, scores: outputs.scores, deltas: outputs.deltas };
  const { activation } = behaviour.postprocess;
  const postprocess = {
    ...behaviour.postprocess,
    activation: scores === "logits" ? (activation === "none" ? "sigmoid" : activation) : "none",
  };
  return {
    part: { outputs: names, ...anchors.part, ...boxes.part, postprocess },
    guesses: { ...anchors.guesses, ...boxes.guesses, postprocess: why },
  };
}

function anchorsOf(
  outputs: LevelsFacts | JoinedFacts,
  anchors: HeadsBehaviour["anchors"],
  why: string,
): Guessed<{ anchors: HeadsBehaviour["anchors"] }> {
  if (outputs.kind === "joined" && outputs.decoded) {
    return { part: { anchors: { kind: "none" } }, guesses: { anchors: "rows look like boxes" } };
  }
  if (outputs.kind === "joined" && outputs.anchors !== null) {
    const { anchors: name, space } = outputs;
    const part = { anchors: { kind: "output", name, corners: "xyxy", space } as const };
    return { part, guesses: { "anchors.corners": why } };
  }
  if (anchors.kind !== "sizes") return { part: { anchors }, guesses: { anchors: why } };
  const strides = outputs.kind === "levels" ? outputs.strides : anchors.levels.map((l) => l.stride);
  const sizes = (outputs.perCell ?? 9) / anchors.ratios.length;
  const known = anchors.levels[0].sizes.length === sizes &&
    anchors.levels.map(({ stride }) => stride).join() === strides.join();
  if (known || !Number.isInteger(sizes)) return { part: { anchors }, guesses: { anchors: why } };
  const levels = strides.map((stride) => ({
    stride,
    sizes: Array.from({ length: sizes }, (_, i) => 4 * stride * 2 ** (i / sizes)),
  }));
  const reason = `${sizes} sizes per level from 4 strides up, as the paper has; the rest ${why}`;
  return {
    part: { anchors: { ...anchors, unit: "pixels", levels } },
    guesses: { anchors: reason },
  };
}

function boxesOf(
  outputs: LevelsFacts | JoinedFacts,
  boxes: HeadsBehaviour["boxes"],
  why: string,
): Guessed<{ boxes: HeadsBehaviour["boxes"] }> {
  if (outputs.kind !== "joined" || !outputs.decoded) {
    return { part: { boxes }, guesses: { boxes: why } };
  }
  const { space } = outputs;
  const part = { boxes: { kind: "decoded", corners: "xyxy", space, extent: "edges" } as const };
  return { part, guesses: { boxes: "rows look like boxes" } };
}
