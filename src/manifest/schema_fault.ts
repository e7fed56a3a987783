import type { z } from "zod";

/** Fault that zod, the library for schemas, has found in a value. */
export type Issue = z.core.$ZodRawIssue;

const TYPES: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  null: "null",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a text",
  tuple: "a list",
};

/**
 * Describes a fault in a JSON value, for example "must be a text". The default messages of zod use
 * the names of JavaScript types, so most authors of manifests would not understand these messages.
 */
export function schemaFault(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined
        ? "is missing"
        : `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return mustBe(issue.values);
    case "unrecognized_keys":
      return `${issue.keys.map((key) => `"${key}"`).join(", ")} is not known`;
    case "too_small":
      return sizeFault(issue.origin, "at least", issue.minimum, issue.inclusive);
    case "too_big":
      return sizeFault(issue.origin, "at most", issue.maximum, issue.inclusive);
    case "invalid_union":
      return issue.input === undefined
        ? "is missing"
        : mustBe(issue.options as unknown[] | undefined ?? []);
    case "custom":
    case "invalid_element":
    case "invalid_format":
    case "invalid_key":
    case "not_multiple_of":
      return "is not valid";
  }
}

function mustBe(values: readonly unknown[]): string {
  if (values.length === 0) return "has none of the accepted forms";
  return `must be ${values.map((value) => JSON.stringify(value)).join(" or ")}`;
}

function sizeFault(
  origin: string,
  bound: "at least" | "at most",
  limit: number | bigint,
  isInclusive = true,
): string {
  if (bound === "at least" && limit === 1 && origin !== "number") return "must not be empty";
  if (origin === "string") return `must have ${bound} ${limit} letters`;
  if (origin === "array") return `must have ${bound} ${limit} entries`;
  const strict = bound === "at least" ? "more than" : "less than";
  return `must be ${isInclusive ? bound : strict} ${limit}`;
}
