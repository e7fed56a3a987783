/**
 * Returns the name that a misspelt name probably means, or undefined if no name is similar.
 *
 * Letter case, `-` and `_` do not count. A name is similar if at most a third of its letters differ.
 * Otherwise, a name is similar if one of the two names contains the other, such as `score` and
 * `scoreThreshold`.
 *
 * @example
 * ```ts
 * import { nearestName } from "./nearest_name.ts";
 *
 * const name = nearestName("scoreTreshold", ["iou", "scoreThreshold"]);
 * if (name !== "scoreThreshold") throw new Error(name);
 * ```
 */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  // A longer name is no typo, and its comparison would take long.
  if (name.length > 50) return undefined;
  const wanted = lettersOf(name);
  const ranked = names.map((each) => [editDistance(wanted, lettersOf(each)), each] as const)
    .sort(([a], [b]) => a - b);
  const [distance, nearest = ""] = ranked[0] ?? [];
  if (distance !== undefined && distance <= Math.max(1, lettersOf(nearest).length / 3)) {
    if (distance < Math.min(wanted.length, nearest.length)) return nearest;
  }
  if (wanted.length < 3) return undefined;
  return names.find((each) => {
    const letters = lettersOf(each);
    return letters.includes(wanted) || letters.length >= 3 && wanted.includes(letters);
  });
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/**
 * Returns how many letters to insert, delete, replace or exchange with their neighbour to turn `a`
 * into `b` (optimal string alignment distance).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = last[j]! + (a[i] === b[j] ? 0 : 1);
      const isExchanged = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const exchanged = isExchanged ? beforeLast[j - 1]! + 1 : Infinity;
      next.push(Math.min(replaced, exchanged, last[j + 1]! + 1, next[j]! + 1));
    }
    [beforeLast, last] = [last, next];
  }
  return last.at(-1)!;
}
