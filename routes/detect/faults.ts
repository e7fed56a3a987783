import type { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import { nearestName } from "../../src/core/nearest_name.ts";
import { shorten } from "../http/problem.ts";
import { pathText, valueAt } from "../http/value_path.ts";

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
    if (issue.code === "unrecognized_keys" && isListItem(issue.path)) {
      const names = issue.keys.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
      return `"${pathText(issue.path)}" has ${names}, which is no key of it`;
    }
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
    return `"${pathText(issue.path)}" ${issue.message}: ${foundText(valueAt(given, issue.path))}`;
  });
  return faults.join("; ");
}

/** Returns true if a path leads to an item of a list, or into one. */
function isListItem(path: readonly PropertyKey[]): boolean {
  return path.some((key) => typeof key === "number");
}

/** Writes a number, true, false or null. `JSON.stringify()` would write `null` for 1e400. */
function numberText(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/**
 * Describes the value of an option. Of an object or a list, tells only the kind: texts of images in
 * it were replaced while the body arrived.
 */
function foundText(value: unknown): string {
  if (value === undefined) return "it is not there";
  if (Array.isArray(value)) return "it is a list";
  if (typeof value === "object" && value !== null) return "it is an object";
  return `current value is "${shorten(typeof value === "string" ? value : numberText(value))}"`;
}
