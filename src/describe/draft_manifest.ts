import { type Manifest, parseManifest } from "../manifest/manifest.ts";
import type { FoundForm } from "./box_form.ts";
import type { AnchorWishes } from "./choose_pyramid.ts";
import { draftHeads } from "./draft_heads.ts";
import { draftInput, padBefore } from "./draft_input.ts";
import type { Family } from "./families.ts";
import type { FinishedFacts, GraphFacts } from "./graph_facts.ts";
import { assumed, type Guessed, suggested } from "./guess.ts";
import type { InnerPixels } from "./inner_pixels.ts";
import labelSets from "./label_sets.json" with { type: "json" };

/** Class names of the COCO data set; the key is the number of classes: 80, 81 or 91. */
const LABEL_SETS: Readonly<Record<string, readonly (string | null)[] | undefined>> = labelSets;

/**
 * Number of classes assumed for a graph that applies NMS itself.
 *
 * The outputs of a graph with NMS do not reveal the number of classes. With 91 classes, all class
 * ids of the COCO data set (up to 90) are included.
 */
const ASSUMED_CLASSES = 91;

/** Facts about a model that its graph does not contain. */
export interface ModelNames {
  /** Model id. */
  readonly id: string;
  /** Name, length and SHA-256 of the graph's file. */
  readonly graph: Manifest["graph"];
  /** Class names; the index is the class id. Null if the names are unknown. */
  readonly labels: readonly (string | null)[] | null;
  /**
   * Assumption behind the class names, which a person should confirm. Null or unset: no assumption
   * was needed.
   */
  readonly labelsGuess?: string | null;
}

/** Options of {@linkcode draftManifest}. */
export interface DraftOptions {
  /**
   * Sentence about the names in the graph that suggest the model family. Null or unset: no name
   * suggests a family.
   */
  readonly evidence?: string | null;
  /**
   * Text that explains all properties copied from the model family. Unset: a text with the name of
   * the family and the evidence.
   */
  readonly reason?: string;
  /** Properties of the anchors that the caller already knows. Unset: no properties are known. */
  readonly anchors?: AnchorWishes;
  /** Change that the graph itself makes to the pixels. Null or unset: none, or unknown. */
  readonly inner?: InnerPixels | null;
}

/**
 * Drafts the manifest of a graph.
 *
 * Properties that the graph reveals are copied from `facts`. All other properties are copied from
 * the family and are guesses. The manifest lists the guesses in `guesses`. A person should confirm
 * each guess.
 *
 * @param facts Facts that `probeGraph()` found in the graph.
 * @param family Typical behaviour of models that one framework exports.
 * @throws {DomainError} `manifest-invalid`, if the facts and the family contradict each other.
 */
export function draftManifest(
  facts: GraphFacts,
  family: Family,
  names: ModelNames,
  { evidence = null, reason: given, anchors = {}, inner = null }: DraftOptions = {},
): Manifest {
  const { behaviour } = family;
  const copied = `as ${family.family} does`;
  const reason = given ??
    (evidence === null ? assumed(copied) : suggested(`${copied}: ${evidence}`));
  const labels = draftLabels(facts, names);
  const extras = draftExtras(facts);
  const input = draftInput(facts.input, family, reason, inner);
  const sizes = draftSizes(facts, family, padBefore(family, inner), reason);
  const rest = "anchors" in behaviour && facts.outputs.kind !== "finished"
    ? draftHeads(facts, facts.outputs, behaviour, reason, anchors)
    : draftFinished(facts, family, reason);
  return parseManifest({
    manifest: 1,
    id: names.id,
    title: names.id,
    licence: "unknown",
    graph: names.graph,
    metrics: {},
    ...labels.part,
    ...input.part,
    ...extras.part,
    ...sizes.part,
    ...rest.part,
    guesses: {
      title: assumed("the file's name"),
      licence: assumed("the graph does not state one"),
      ...labels.guesses,
      ...input.guesses,
      ...extras.guesses,
      ...sizes.guesses,
      ...rest.guesses,
    },
  });
}

function draftLabels(
  { outputs }: GraphFacts,
  names: ModelNames,
): Guessed<Pick<Manifest, "labels">> {
  if (names.labels !== null) {
    const { labelsGuess = null } = names;
    return {
      part: { labels: [...names.labels] },
      guesses: labelsGuess === null ? {} : { labels: assumed(labelsGuess) },
    };
  }
  const isKnown = outputs.kind !== "finished";
  const count = isKnown ? outputs.classes : ASSUMED_CLASSES;
  const set = isKnown ? LABEL_SETS[count] : undefined;
  const numbered = Array.from({ length: count }, (_, id) => `class ${id}`);
  const reason = set
    ? `the ${count} classes of COCO, by their number`
    : isKnown
    ? "the graph does not name its classes"
    : "the graph does not state how many classes it has";
  return { part: { labels: [...(set ?? numbered)] }, guesses: { labels: assumed(reason) } };
}

/**
 * Drafts the property `extraInputs`: inputs other than the image, such as the image size. The
 * values for these inputs are guesses, based on the names of the inputs.
 */
function draftExtras({ input: { extras } }: GraphFacts): Guessed<Pick<Manifest, "extraInputs">> {
  if (extras === undefined) return { part: {}, guesses: {} };
  const given = extras.map(({ name, value }) => `${name} = ${value.join(", ")}`).join("; ");
  return {
    part: {
      extraInputs: extras.map(({ name, type, shape, value }) => {
        return { name, type, shape: [...shape], value: [...value] };
      }),
    },
    guesses: {
      extraInputs: suggested(`by the names of the inputs: ${given}`),
    },
  };
}

/**
 * Drafts the rules for resizing and padding. If the graph accepts only one input size, the rules
 * produce this size.
 */
function draftSizes(
  { input: { size } }: GraphFacts,
  { behaviour: { resize, resample } }: Family,
  pad: Manifest["pad"],
  reason: string,
): Guessed<Pick<Manifest, "resize" | "resample" | "pad">> {
  const guesses = { resize: resizeReason(resize, reason), resample: reason, pad: reason };
  if (size === null) return { part: { resize, resample, pad }, guesses };
  if (!("factor" in resize)) {
    const kind = resize.kind === "none" ? "stretch" : resize.kind;
    return { part: { resize: { kind, ...size }, resample, pad }, guesses };
  }
  const { rounding, factor } = resize;
  const fitted = assumed(
    `the graph takes ${size.width}x${size.height} only; images may be fitted into it and padded, ` +
      "or stretched",
  );
  return {
    part: {
      resize: { kind: "fit", ...size, rounding, factor },
      resample,
      pad: { kind: "fixed", ...size, value: pad.value },
    },
    guesses: { ...guesses, resize: fitted },
  };
}

/**
 * Returns the reason for the resize rule. For `letterbox`, the reason also names the rule `crop`,
 * because both rules are common in Keras.
 */
function resizeReason({ kind }: Manifest["resize"], reason: string): string {
  if (kind !== "letterbox") return reason;
  return assumed(
    "padded to the aspect ratio, as presets of KerasHub do; the default of its ImageConverter is " +
      "to crop: --set resize.kind=crop",
  );
}

/**
 * Drafts the manifest properties `outputs` and `postprocess` of a graph that applies NMS itself.
 */
function draftFinished(
  { outputs }: GraphFacts,
  { behaviour }: Family,
  reason: string,
): Guessed<object> {
  const { classIds, form, ...finishedOutputs } = outputs as FinishedFacts;
  const usual = "corners" in behaviour ? behaviour.corners ?? "xyxy" : "xyxy";
  return {
    part: {
      outputs: { ...finishedOutputs, corners: form?.form ?? usual },
      postprocess: behaviour.postprocess,
    },
    guesses: {
      "outputs.corners": form === null ? reason : formReason(form),
      "outputs.space": classIds.length > 0
        ? suggested("by the range of numbers")
        : assumed("the graph finds nothing in the test images, so no numbers tell it from unit"),
      postprocess: reason,
    },
  };
}

function formReason({ form, isClear }: FoundForm): string {
  return isClear ? suggested(`only boxes of the form ${form} lie inside the input`) : assumed(
    `the third and fourth number are sides; ${form} fits the values best, but xywh and cxcywh ` +
      "are both possible: --set outputs.corners=cxcywh",
  );
}
