import type { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";

/**
 * Returns the `no-image` error for a request without an image, with the ways to send one.
 *
 * @param why Clause that says what is missing.
 */
export function noImage(why: string): DomainError {
  return new DomainError(
    "no-image",
    `Cannot detect as ${why}. Send the image as the field "image" of a form, or as the body`,
  );
}

/**
 * Describes the invalid options of a request, each with its value.
 *
 * @param error Error of the validation.
 * @param given Options of the request.
 * @param known Names of all options.
 */
export function optionFaults(
  error: z.ZodError,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string {
  const faults = error.issues.slice(0, 8).map((issue) => {
    if (issue.code === "unrecognized_keys") {
      const names = issue.keys.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
      return `${names} is no option; there are ${known.join(", ")}`;
    }
    const option = String(issue.path[0]);
    const value = given[option];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `"${option}" ${issue.message}: current value is "${shorten(text)}"`;
  });
  return faults.join("; ");
}
