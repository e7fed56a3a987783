import { z } from "zod";
import { DomainError } from "../src/core/domain_error.ts";
import type { DetectOptions } from "../src/ports/detector.ts";

const number = z.string().trim().regex(/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i, "must be a number")
  .transform(Number);
const fraction = number.pipe(z.number().min(0, "must be at least 0").max(1, "must be at most 1"));

const schema = z.strictObject({
  score: fraction,
  iou: fraction,
  max: number.pipe(z.int("must be a whole number").min(1, "must be at least 1")),
  classes: z.string().transform((list) => list.split(",").map((label) => label.trim()))
    .pipe(z.array(z.string().min(1, "must be labels with commas between them"))),
  model: z.string().min(1, "must not be empty"),
}).partial();

/** The options of a request, and the model that it asks for. */
export interface RequestOptions extends DetectOptions {
  /** Id of the model; the server's default where absent. */
  readonly model?: string;
}

/**
 * Reads the options of `POST /detect` from its query and form fields.
 *
 * @throws {DomainError} `invalid-option`, naming each option that is wrong and its value.
 */
export function readDetectOptions(fields: Readonly<Record<string, string>>): RequestOptions {
  const parsed = schema.safeParse(fields);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") {
      return `"${issue.keys.join('", "')}" is no option; there are ${
        Object.keys(schema.shape).join(", ")
      }`;
    }
    const option = String(issue.path[0]);
    return `"${option}" ${issue.message}: current value is "${fields[option]}"`;
  });
  throw new DomainError("invalid-option", `Cannot detect as ${faults.join("; ")}`);
}
