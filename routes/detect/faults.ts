import type { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { nearestName } from "../../src/core/nearest_name.ts";
import { shorten } from "../http/problem.ts";

/**
 * Returns the `no-image` error for a request without an image. The message says how to send an
 * image.
 *
 * @param why Reason that completes the message "Cannot detect as …", for example "the form is
 *   empty".
 */
export function noImage(why: string): DomainError {
  return new DomainError(
    "no-image",
    `Cannot detect as ${why}. Send the image as the field "image" of a form, or as the body`,
  );
}

/** Returns the error for a request with more images than the server takes at a time. */
export function tooManyImages(maxImages: number, found: number): DomainError {
  return new DomainError(
    "malformed-request",
    `Cannot read the batch as it must have at most ${maxImages} images: it has ${found}. ` +
      "Send several batches",
  );
}

/**
 * Returns an error message that lists the invalid options of a request with their values.
 *
 * @param error Error of the library zod about the options.
 * @param given Options that the client sent.
 * @param known Names of all options that the server accepts.
 */
export function optionFaults(
  error: z.ZodError,
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
): string {
  const faults = error.issues.slice(0, 8).map((issue) => {
    if (issue.code === "unrecognized_keys") {
      const names = issue.keys.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
      const guesses = new Set(
        issue.keys.slice(0, 8).flatMap((name) => nearestName(name, known) ?? []),
      );
      const guess = [...guesses].map((name) => `did you mean "${name}"? `).join("");
      return `${names} is no option; ${guess}${guess === "" ? "there" : "There"} are ${
        known.join(", ")
      }`;
    }
    const [option, value] = innermost(issue.path, given);
    if (value === undefined) return `"${option}" ${issue.message}: it is not there`;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `"${option}" ${issue.message}: current value is "${shorten(text)}"`;
  });
  return faults.join("; ");
}

/**
 * Returns the name and the value of the innermost option on a path, for example
 * `parameters.threshold`. For an item of a list, returns the name and the value of the whole list.
 */
function innermost(
  path: readonly PropertyKey[],
  given: Readonly<Record<string, unknown>>,
): [option: string, value: unknown] {
  let value: unknown = given;
  const names: string[] = [];
  for (const key of path) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) break;
    names.push(String(key));
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return [names.join("."), value];
}
