import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";
import { pathText, valueAt } from "../http/value_path.ts";
import { OUTPUTS } from "./output_tensors.ts";

const side = z.int("must be a whole number of at least 1").min(
  1,
  "must be a whole number of at least 1",
);

const flag = z.boolean("must be true or false");

const input = z.strictObject({
  name: z.string("must be a text"),
  shape: shortList(z.array(side), 1, 4, "numbers"),
  datatype: z.string("must be a text"),
  parameters: z.strictObject({
    binary_data_size: z.int("must be a whole number").min(0, "must be at least 0"),
    content_type: z.literal("base64", 'must be "base64"'),
  }, "must be an object").exactPartial().exactOptional(),
  data: z.custom<readonly unknown[]>(Array.isArray, "must be a list").meta({
    type: "array",
    items: {},
  })
    .exactOptional(),
}, "must be an object");

const output = z.strictObject({
  name: z.string("must be a text"),
  parameters: z.strictObject({ binary_data: flag }, "must be an object").exactPartial()
    .exactOptional(),
}, "must be an object");

/** Schema of the JSON of an inference request. */
export const INFER_JSON = z.strictObject({
  id: z.string("must be a text").max(256, "must have at most 256 characters").exactOptional(),
  // Clients of KServe repeat the name of the model, which is also in the path.
  model_name: z.string("must be a text").exactOptional(),
  model_version: z.string("must be a text").nullable().exactOptional(),
  // Only the type is checked here. inferParameters() checks the values.
  parameters: z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  ).exactOptional(),
  inputs: shortList(z.tuple([input]), 1, 1, 'tensor, "image"'),
  outputs: shortList(z.array(output), 0, OUTPUTS.length, "outputs").exactOptional(),
});

/** JSON of an inference request. */
export type InferJson = z.infer<typeof INFER_JSON>;

/** Input tensor of an inference request. */
export type InferTensor = z.infer<typeof input>;

/**
 * Checks the structure of an inference request, but not the data of its tensor.
 *
 * @throws {DomainError} `malformed-request`. The message lists the invalid fields.
 */
export function checkInferJson(given: Record<string, unknown>): InferJson {
  const parsed = INFER_JSON.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 8).map((issue) => faultOf(issue, given));
  throw new DomainError("malformed-request", `Cannot infer as ${faults.join("; ")}`);
}

/**
 * Builds the schema of a short list. The schema checks the length before the items, so a list of a
 * million items is refused at once.
 *
 * @param what Name of the items in the plural, for the error message.
 */
function shortList<List extends z.ZodType<unknown, unknown[]>>(
  list: List,
  min: number,
  max: number,
  what: string,
) {
  const count = `must be a list of ${min === max ? min : `${min} to ${max}`} ${what}`;
  return z.array(z.unknown(), count).min(min, count).max(max, count).pipe(list);
}

function faultOf(issue: z.core.$ZodIssue, given: unknown): string {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
    return `${path || "the JSON"} has ${names}, which is not known here`;
  }
  return `${path} ${issue.message}: ${found(valueAt(given, issue.path))}`;
}

function found(value: unknown): string {
  if (value === undefined) return "it is not there";
  if (Array.isArray(value)) return `it has ${value.length}`;
  if (typeof value === "object" && value !== null) return "it is an object";
  return `current value is ${shorten(JSON.stringify(value))}`;
}
