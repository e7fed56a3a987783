import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { labelPairs } from "../../src/core/label_pairs.ts";
import { NUMBER_PATTERN } from "../../src/core/number_pattern.ts";
import { SIGMA_RANGE, THRESHOLD_RANGE } from "../../src/core/threshold_range.ts";
import {
  OVERLAP_RANGE,
  TILE_MERGES,
  TILES_FORM,
  TILES_PATTERN,
} from "../../src/core/tile_options.ts";
import { type DetectOptions, NMS_KINDS } from "../../src/ports/detector.ts";
import { ANSWER_FORMATS, type AnswerForm } from "./answer_format.ts";
import { BOX_FORMS, type BoxForm } from "./box_form.ts";
import { optionFaults } from "./faults.ts";

const { min, max } = THRESHOLD_RANGE;

const threshold = z.number("must be a number").min(min, `must be at least ${min}`)
  .max(max, `must be at most ${max}`);

const numberText = z.string().trim().regex(NUMBER_PATTERN, "must be a number")
  .transform(Number);

/**
 * Schemas of the options in JSON requests. `score` is the score threshold, `iou` the IoU threshold
 * of NMS.
 */
export const OPTION_SCHEMAS = {
  score: threshold,
  iou: threshold,
  max: z.number("must be a number").pipe(z.int("must be a whole number"))
    .pipe(z.number().min(1, "must be at least 1")),
  classes: z.array(
    z.string("must be a label").min(1, "must be a label that is not empty"),
    "must be a list of labels",
  ),
  model: z.string("must be a text").min(1, "must not be empty"),
  scores: z.record(z.string(), threshold, "must be an object of labels and numbers"),
  nms: z.enum(NMS_KINDS, `must be ${NMS_KINDS.join(", ")}`),
  sigma: z.number("must be a number").min(SIGMA_RANGE.min, `must be at least ${SIGMA_RANGE.min}`)
    .max(SIGMA_RANGE.max, `must be at most ${SIGMA_RANGE.max}`),
  class_agnostic: z.boolean("must be true or false"),
  tiles: z.string("must be a text").regex(TILES_PATTERN, `must be ${TILES_FORM}`),
  overlap: z.number("must be a number").min(
    OVERLAP_RANGE.min,
    `must be at least ${OVERLAP_RANGE.min}`,
  )
    .max(OVERLAP_RANGE.max, `must be at most ${OVERLAP_RANGE.max}`),
  merge: z.enum(TILE_MERGES, `must be ${TILE_MERGES.join(", ")}`),
  whole: z.boolean("must be true or false"),
};

/** Schemas of the options that add to the JSON of a response. */
export const EXTRA_SCHEMAS = {
  explain: z.boolean("must be true or false"),
  keep: z.boolean("must be true or false"),
};

/** Schemas of the options that choose the form of the response. */
export const FORM_SCHEMAS = {
  boxes: z.enum(BOX_FORMS, `must be ${BOX_FORMS.join(", ")}`),
  normalized: z.boolean("must be true or false"),
  format: z.enum(ANSWER_FORMATS, `must be ${ANSWER_FORMATS.join(", ")}`),
  overlay: z.boolean("must be true or false"),
  side: z.number("must be a number").pipe(z.int("must be a whole number"))
    .pipe(z.number().min(16, "must be at least 16")),
};

const flagText = z.enum(["true", "false"], "must be true or false")
  .transform((text) => text === "true");

/** Schema of score thresholds as a text: labels and numbers, such as `cat:0.3,person:0.6`. */
export const SCORES_TEXT = z.string().transform((list, context) => {
  const pairs = labelPairs(list);
  if (pairs !== null) return [...pairs].map(([label, score]) => ({ label, score }));
  context.addIssue("must be labels and numbers, each label once: cat:0.3,person:0.6");
  return z.NEVER;
}).pipe(z.array(z.object({ label: z.string(), score: numberText.pipe(threshold) })))
  .transform((scores) => Object.fromEntries(scores.map(({ label, score }) => [label, score])));

const schema = z.strictObject({
  score: numberText.pipe(OPTION_SCHEMAS.score),
  iou: numberText.pipe(OPTION_SCHEMAS.iou),
  max: numberText.pipe(OPTION_SCHEMAS.max),
  classes: z.string().transform((list) => list.split(",").map((label) => label.trim()))
    .pipe(z.array(z.string().min(1, "must be labels with commas between them"))),
  scores: SCORES_TEXT,
  nms: OPTION_SCHEMAS.nms,
  sigma: numberText.pipe(OPTION_SCHEMAS.sigma),
  class_agnostic: flagText,
  tiles: OPTION_SCHEMAS.tiles,
  overlap: numberText.pipe(OPTION_SCHEMAS.overlap),
  merge: OPTION_SCHEMAS.merge,
  whole: flagText,
  explain: flagText,
  keep: flagText,
  model: OPTION_SCHEMAS.model,
  boxes: FORM_SCHEMAS.boxes,
  normalized: flagText,
  format: FORM_SCHEMAS.format,
  overlay: flagText,
  side: numberText.pipe(FORM_SCHEMAS.side),
}).exactPartial();

/** Options that choose the form of the response. */
export interface ResponseForm extends BoxForm, AnswerForm {}

/** Options of a detection request. */
export interface RequestOptions extends DetectOptions, ResponseForm {
  /** Id of the model. Unset: the default model of the server. */
  readonly model?: string;
}

/**
 * Options under the names that clients use: `score` for `scoreThreshold`, `scores` for
 * `scoreThresholds`, and `class_agnostic` for `classAgnostic`.
 */
export type WireOptions =
  & Omit<RequestOptions, "scoreThreshold" | "scoreThresholds" | "classAgnostic">
  & {
    readonly score?: number;
    readonly scores?: Readonly<Record<string, number>>;
    readonly class_agnostic?: boolean;
  };

/** Renames the options of a client to the names that a detector uses. */
export function requestOptions(
  { score, scores, class_agnostic: classAgnostic, ...options }: WireOptions,
): RequestOptions {
  return {
    ...options,
    ...(score !== undefined && { scoreThreshold: score }),
    ...(scores !== undefined && { scoreThresholds: scores }),
    ...(classAgnostic !== undefined && { classAgnostic }),
  };
}

/**
 * Parses options that a client sent as texts, in the query string or in form fields.
 *
 * @throws {DomainError} `invalid-option`. The message lists each invalid option and its value.
 */
export function readDetectOptions(fields: Readonly<Record<string, string>>): RequestOptions {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return requestOptions(parsed.data);
  const faults = optionFaults(parsed.error, fields, Object.keys(schema.shape));
  throw new DomainError("invalid-option", `Cannot detect as ${faults}`);
}

/**
 * Returns the options without those that choose the form of the response or add to it. Used for
 * protocols in which the response has only one form.
 *
 * @throws {DomainError} `invalid-option` if the client set an option that chooses the form of the
 *   response or adds to it.
 */
export function withoutForm(
  { boxes, normalized, format, overlay, side, explain, keep, ...options }: RequestOptions,
): Omit<RequestOptions, keyof ResponseForm | "explain" | "keep"> {
  const form = { boxes, normalized, format, overlay, side, explain, keep };
  const [asked] = Object.entries(form).find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return options;
  const thing = asked === "boxes" || asked === "normalized" ? "boxes" : "response";
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "${asked}" as this protocol has one form of ${thing}. ` +
      "Use POST /detect instead",
  );
}
