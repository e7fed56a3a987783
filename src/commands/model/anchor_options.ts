/**
 * Parses a list of numbers above 0, separated by commas or blanks.
 *
 * @throws {TypeError} If the text is no such list.
 */
export function numberList(text: string): number[] {
  const numbers = text.trim().split(/[\s,]+/).map(Number);
  if (numbers.every((number) => Number.isFinite(number) && number > 0)) return numbers;
  throw new TypeError(`Cannot read "${text}" as numbers above 0 with commas are wanted`);
}

/**
 * Parses a list of numbers for each level. Semicolons separate the lists; JSON is also accepted.
 *
 * @throws {TypeError} If the text is no such list.
 */
export function sizeLists(text: string): number[][] {
  const lists = text.replaceAll(/\]\s*,\s*\[/g, ";").replaceAll(/[[\]]/g, "").split(";");
  return lists.map(numberList);
}

/**
 * Returns the output names of the class heads, if the user sets them with `--set outputs.scores=…`.
 */
export function wantedScores(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => {
    const [, value] = setting.match(/^outputs\.scores=(.*)$/s) ?? [];
    return value === undefined ? [] : value.replaceAll(/[[\]"]/g, "").split(",");
  });
}
