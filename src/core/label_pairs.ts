/**
 * Splits a list of labels with values, such as `cat:0.3,person:0.6`.
 *
 * A label may contain a colon, because the last colon of a pair is the separator. White space around
 * labels and values is ignored.
 *
 * @returns Value of each label. Null: the text is no such list, or a label is repeated.
 *
 * @example
 * ```ts
 * import { labelPairs } from "./label_pairs.ts";
 *
 * const pairs = labelPairs("cat:0.3, person : 0.6");
 * if (pairs?.get("person") !== "0.6") throw new Error(String(pairs));
 * ```
 */
export function labelPairs(list: string): Map<string, string> | null {
  const pairs = new Map<string, string>();
  for (const pair of list.split(",")) {
    const colon = pair.lastIndexOf(":");
    const [label, value] = [pair.slice(0, Math.max(0, colon)).trim(), pair.slice(colon + 1).trim()];
    if (label === "" || value === "" || pairs.has(label)) return null;
    pairs.set(label, value);
  }
  return pairs;
}
