import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import type { TensorInfo } from "../ports/session.ts";
import type { ModelNames } from "./draft_manifest.ts";
import { FAMILIES } from "./families.ts";
import { assumed, open } from "./guess.ts";

/**
 * Questions about a model that only a person can answer. The key is the path of a manifest
 * property.
 */
const QUESTIONS: Readonly<Record<string, string>> = {
  title: "how is the model called?",
  licence: "what is its licence?",
  labels: "how many classes are there, and how are they called?",
  "input.colour": "RGB or BGR?",
  "input.divisor": "are pixels scaled to 0 to 1, or taken as 0 to 255?",
  "input.mean": "which mean is subtracted?",
  "input.std": "by which deviation are pixels divided?",
  "input.layout": "channels first (nchw) or last (nhwc)?",
  resize: "how is an image resized?",
  resample: "with which filter?",
  pad: "where and to which size is it padded?",
  anchors: "which strides, sizes and ratios?",
  boxes: "how do deltas become boxes?",
  postprocess: "which activation, score threshold and NMS?",
};

/**
 * Drafts the manifest of a model if only the graph's file and the names of its tensors are known.
 * All other values are copied from the first model family and marked as open questions.
 *
 * @param outputs Names of the outputs.
 * @param fault Message that says why the graph cannot be described.
 */
export function openDraft(
  { id, graph, labels, labelsGuess = null }: ModelNames,
  inputs: readonly TensorInfo[],
  outputs: readonly string[],
  fault: string,
): Manifest {
  const { behaviour } = FAMILIES.find((family) => "anchors" in family.behaviour)!;
  const { input, ...rest } = behaviour;
  const [first] = inputs;
  const [scores = "scores", deltas = outputs.length === 1 ? scores : "deltas"] = outputs;
  const found = outputs.length === 0 ? "could not be read" : `are ${outputs.join(", ")}`;
  return parseManifest({
    manifest: 1,
    id,
    title: id,
    licence: "unknown",
    graph,
    labels: labels === null ? ["class 0"] : [...labels],
    input: {
      type: "float32",
      name: first?.name ?? "images",
      layout: "nchw",
      batch: 1,
      ...input,
    },
    ...rest,
    outputs: {
      kind: "joined",
      scores,
      deltas,
      ...(scores === deltas ? { packed: "boxes-first" } : {}),
    },
    guesses: {
      graph: open(fault),
      "input.name": open(
        inputs.length === 0
          ? "the inputs could not be read"
          : `the inputs are ${inputs.map(({ name }) => name).join(", ")}`,
      ),
      outputs: open(`which hold scores and boxes, and in which form? They ${found}`),
      ...Object.fromEntries(
        Object.entries(QUESTIONS)
          .filter(([path]) => path !== "labels" || labels === null)
          .map(([path, question]) => [path, open(question)]),
      ),
      ...(labelsGuess === null ? {} : { labels: assumed(labelsGuess) }),
    },
  });
}
