import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { THRESHOLD_RANGE } from "../../src/core/threshold_range.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { ANSWER_FORMATS, type AnswerForm } from "./answer_format.ts";
import { BOX_FORMS, type BoxForm } from "./box_form.ts";
import { optionFaults } from "./faults.ts";

const { min, max } = THRESHOLD_RANGE;

const threshold = z.number("must be a number").min(min, `must be at least ${min}`)
  .max(max, `must be at most ${max}`);

const numberText = z.string().trim().regex(/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i, "must be a number")
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
    z.string("must be a list of labels").min(1, "must be labels, none of them empty"),
    "must be a list of labels",
  ),
  model: z.string("must be a text").min(1, "must not be empty"),
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

const schema = z.strictObject({
  score: numberText.pipe(OPTION_SCHEMAS.score),
  iou: numberText.pipe(OPTION_SCHEMAS.iou),
  max: numberText.pipe(OPTION_SCHEMAS.max),
  classes: z.string().transform((list) => list.split(",").map((label) => label.trim()))
    .pipe(z.array(z.string().min(1, "must be labels with commas between them"))),
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

/** Options under the names that clients use. A client sends `score` for `scoreThreshold`. */
export type WireOptions = Omit<RequestOptions, "scoreThreshold"> & { readonly score?: number };

/**
 * Renames the options of a client to the names that a detector uses: `score` becomes
 * `scoreThreshold`.
 */
export function requestOptions({ score, ...options }: WireOptions): RequestOptions {
  return { ...options, ...(score !== undefined && { scoreThreshold: score }) };
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
 * Returns the options without those that choose the form of the response. Used for protocols in
 * which the response has only one form.
 *
 * @throws {DomainError} `invalid-option` if the client set an option that chooses the form of the
 *   response.
 */
export function withoutForm(
  { boxes, normalized, format, overlay, side, ...options }: RequestOptions,
): Omit<RequestOptions, keyof ResponseForm> {
  const form = { boxes, normalized, format, overlay, side };
  const [asked] = Object.entries(form).find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return options;
  const thing = asked === "boxes" || asked === "normalized" ? "boxes" : "response";
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "${asked}" as this protocol has one form of ${thing}. ` +
      "Use POST /detect instead",
  );
}
