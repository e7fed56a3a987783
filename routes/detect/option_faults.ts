import type { z } from "zod";
import { shorten } from "../http/shorten.ts";

/**
 * What is wrong with the options of a request, each with its value.
 *
 * @param given What the client sent.
 * @param known Names of everything that it may send.
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
