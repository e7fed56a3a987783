import type { HeadsManifest } from "../manifest/manifest.ts";
import type { AnchorWishes } from "./choose_pyramid.ts";
import { draftAnchors } from "./draft_anchors.ts";
import type { GraphFacts, JoinedFacts, LevelsFacts } from "./graph_facts.ts";
import { assumed, type Guessed, suggested } from "./guess.ts";

/** Properties of a manifest that the model family determines, for a graph without NMS. */
export type HeadsBehaviour = Pick<HeadsManifest, "anchors" | "boxes" | "postprocess">;

/**
 * Drafts the manifest properties `outputs`, `anchors`, `boxes` and `postprocess` of a graph without
 * NMS.
 */
export function draftHeads(
  { scores, scoresProven, background }: GraphFacts,
  outputs: LevelsFacts | JoinedFacts,
  behaviour: HeadsBehaviour,
  reason: string,
  wishes: AnchorWishes,
): Guessed<object> {
  const anchors = draftAnchors(outputs, behaviour, reason, wishes);
  const boxCoder = draftBoxCoder(outputs, behaviour.boxes, reason);
  const names = outputs.kind === "levels"
    ? { kind: outputs.kind, layout: outputs.layout, scores: outputs.scores, deltas: outputs.deltas }
    : {
      kind: outputs.kind,
      scores: outputs.scores,
      deltas: outputs.deltas,
      ...(outputs.transposed ? { transposed: true } : {}),
      ...(outputs.packed === null ? {} : { packed: outputs.packed }),
    };
  const { activation, candidates } = behaviour.postprocess;
  // If the levels are unknown, a maximum per level would apply to the anchors of all levels
  // together.
  const isUnlimited = !("levels" in anchors.part.anchors) && candidates.perLevel !== null;
  const ofLogits = background !== null ? "softmax" : activation === "none" ? "sigmoid" : activation;
  const postprocess = {
    ...behaviour.postprocess,
    candidates: isUnlimited ? { ...candidates, perLevel: null } : candidates,
    activation: scores === "logits" ? ofLogits : "none",
    background: background ?? behaviour.postprocess.background,
  };
  return {
    part: { outputs: names, ...anchors.part, ...boxCoder.part, postprocess },
    guesses: {
      ...outputGuesses(outputs),
      ...anchors.guesses,
      ...boxCoder.guesses,
      ...backgroundGuesses(behaviour.postprocess, background, scores),
      ...(scoresProven
        ? {}
        : { "postprocess.activation": suggested("all numbers of the class head are 0 to 1") }),
      ...(isUnlimited
        ? {
          "postprocess.candidates": assumed(
            `without levels, the maximum of ${candidates.perLevel} candidates per level is left ` +
              "out: crowded images may get further boxes of low scores",
          ),
        }
        : {}),
      postprocess: reason,
    },
  };
}

/** Returns the reasons for the class of the background and the activation that it suggests. */
function backgroundGuesses(
  { background: usual, activation }: HeadsBehaviour["postprocess"],
  background: number | null,
  scores: GraphFacts["scores"],
): Record<string, string> {
  if (background === null) {
    if (scores !== "distribution" || usual !== null) return {};
    return {
      "postprocess.background": assumed(
        "the scores of an anchor sum to 1, so one class may be the background: " +
          "--set postprocess.background=0, if it is the first",
      ),
    };
  }
  const reason =
    `class ${background} has the best score of nearly all anchors, as a background has`;
  return {
    ...(background === usual ? {} : { "postprocess.background": suggested(reason) }),
    ...(scores === "logits" && activation !== "softmax"
      ? { "postprocess.activation": suggested("softmax, as models with a background use") }
      : {}),
  };
}

/**
 * Returns the reason for the guess which outputs contain the scores. Empty if the graph proves
 * which outputs contain the scores.
 */
function outputGuesses(
  { evidence, ...outputs }: LevelsFacts | JoinedFacts,
): Record<string, string> {
  const packed = outputs.kind === "joined" && outputs.packed !== null;
  switch (evidence) {
    case "values":
      return {
        [packed ? "outputs.packed" : "outputs.scores"]: suggested("told apart by their values"),
      };
    case "weights":
      return { "outputs.scores": suggested("told apart by the names of their weights") };
    case "channels":
      return outputs.kind === "levels"
        ? { "outputs.deltas": assumed("heads of 36 channels are taken for box heads") }
        : {};
    case "names":
    case "shapes":
      return {};
  }
}

/**
 * Drafts the manifest property `boxes`: the rule that converts the numbers of the graph to boxes.
 */
function draftBoxCoder(
  outputs: LevelsFacts | JoinedFacts,
  boxes: HeadsBehaviour["boxes"],
  reason: string,
): Guessed<{ boxes: HeadsBehaviour["boxes"] }> {
  if (outputs.kind !== "joined" || !outputs.decoded) {
    return { part: { boxes }, guesses: { boxes: reason } };
  }
  const { space } = outputs;
  const corners = outputs.form ?? "xyxy";
  const part = { boxes: { kind: "decoded", corners, space, extent: "edges" } as const };
  return { part, guesses: { boxes: suggested("rows look like boxes") } };
}
