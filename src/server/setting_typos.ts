import { editDistance } from "../core/nearest_name.ts";

/**
 * Minimum length of a name that is reported as a typo. Shorter names resemble too many names of
 * other programs.
 */
const MIN_LENGTH = 7;

/**
 * Finds variables that are probably misspelt settings: `API_KEY`, `CORS_ORIGIN`, `trusted_proxy`.
 *
 * Without this check, a misspelt limit would be ignored without an error. Variables of other
 * programs must not count as typos. Therefore a name counts as a typo only in two cases. In the
 * first case, the name has the words of a setting in another letter case, another order, or in the
 * singular instead of the plural. In the second case, the name differs from a setting by one or two
 * letters. Settings of one word, such as `HOST`, are skipped, because other programs use similar
 * names.
 *
 * @param names Names of variables that are set.
 * @param settings Names of all settings.
 * @returns Pairs of a name and the setting that it resembles.
 */
export function settingTypos(
  names: readonly string[],
  settings: readonly string[],
): [name: string, setting: string][] {
  const long = settings.filter((setting) => setting.includes("_"));
  const words = new Map(long.map((setting) => [wordsOf(setting), setting]));
  return names.filter((name) => !settings.includes(name)).flatMap((name) => {
    const setting = words.get(wordsOf(name)) ?? long.find((each) => isNear(name, each));
    return setting === undefined ? [] : [[name, setting]];
  });
}

/** Returns the sorted words of a name as one text, in the singular and without `-ed`. */
function wordsOf(name: string): string {
  const words = name.toUpperCase().split(/[_-]/).filter((word) => word !== "");
  return words.map((word) => word.replace(/IES$/, "Y").replace(/(ED|S)$/, "")).sort().join("");
}

/**
 * Returns true if a name differs from a setting by at most one edit (one letter added, removed or
 * replaced). For a setting of 10 letters or more, two edits are allowed.
 */
function isNear(name: string, setting: string): boolean {
  const [a, b] = [name, setting].map((each) => each.toUpperCase().replaceAll(/[_-]/g, ""));
  if (a === undefined || b === undefined || Math.min(a.length, b.length) < MIN_LENGTH) return false;
  return editDistance(a, b) <= (b.length >= 10 ? 2 : 1);
}
