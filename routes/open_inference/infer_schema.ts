import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/shorten.ts";
import { OUTPUTS } from "./output_tensors.ts";

/**
 * A list that is counted before anybody looks at what is in it: a body may hold a million values.
 */
function shortList<Item extends z.ZodType>(item: Item, least: number, most: number, what: string) {
  const count = `must be a list of ${least === most ? least : `${least} to ${most}`} ${what}`;
  return z.array(z.unknown(), count).min(least, count).max(most, count).pipe(z.array(item));
}

const side = z.int("must be a whole number of at least 1").min(
  1,
  "must be a whole number of at least 1",
);

const flag = z.boolean("must be true or false");

const input = z.strictObject({
  name: z.string("must be a text"),
  shape: shortList(side, 1, 4, "numbers"),
  datatype: z.string("must be a text"),
  parameters: z.strictObject({
    binary_data_size: z.int("must be a whole number").min(0, "must be at least 0"),
    content_type: z.literal("base64", 'must be "base64"'),
  }).partial().optional(),
  data: z.custom<readonly unknown[]>(Array.isArray, "must be a list").optional(),
});

const output = z.strictObject({
  name: z.string("must be a text"),
  parameters: z.strictObject({ binary_data: flag }).partial().optional(),
});

const schema = z.strictObject({
  id: z.string("must be a text").max(256, "must have at most 256 characters").optional(),
  /** Looked at where options are read. */
  parameters: z.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  ).optional(),
  inputs: shortList(input, 1, 1, 'tensor, "image"'),
  outputs: shortList(output, 0, OUTPUTS.length, "outputs").optional(),
});

/** The JSON of an inference request. */
export type InferJson = z.infer<typeof schema>;

/** A tensor that came in. */
export type InferTensor = z.infer<typeof input>;

/**
 * Checks the form of an inference request; what its tensor holds is looked at elsewhere.
 *
 * @throws {DomainError} `malformed-request`, naming each field that is wrong.
 */
export function checkInferJson(given: Record<string, unknown>): InferJson {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 8).map((issue) => faultOf(issue, given));
  throw new DomainError("malformed-request", `Cannot infer as ${faults.join("; ")}`);
}

function faultOf(issue: z.core.$ZodIssue, given: unknown): string {
  const place = placeOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
    return `${place || "the JSON"} has ${names}, which is not known here`;
  }
  const value = issue.path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    given,
  );
  return `${place} ${issue.message}: ${found(value)}`;
}

/** `inputs[0].shape`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (place, key) =>
      typeof key === "number" ? `${place}[${key}]` : `${place && `${place}.`}${String(key)}`,
    "",
  );
}

function found(value: unknown): string {
  if (value === undefined) return "it is not there";
  if (Array.isArray(value)) return `it has ${value.length}`;
  if (typeof value === "object" && value !== null) return "it is an object";
  return `current value is ${shorten(JSON.stringify(value))}`;
}
