/**
 * Parses a list of numbers above 0, separated by commas or blanks.
 *
 * @throws {TypeError} If the text is not a list of numbers above 0.
 */
export function numberList(text: string): number[] {
  const numbers = text.trim().split(/[\s,]+/).map(Number);
  if (numbers.every((number) => Number.isFinite(number) && number > 0)) return numbers;
  throw new TypeError(`Cannot read "${text}" as numbers above 0 with commas are wanted`);
}

/**
 * Parses the anchor sizes that the user sets with an option: a list of numbers for each feature map
 * of the model. Semicolons separate the lists; JSON is also accepted.
 *
 * @throws {TypeError} If the text is not a list of numbers above 0.
 */
export function sizeLists(text: string): number[][] {
  const lists = text.replaceAll(/\]\s*,\s*\[/g, ";").replaceAll(/[[\]]/g, "").split(";");
  return lists.map(numberList);
}

/**
 * Returns the names of the outputs that contain class scores, if the user sets them with `--set
 * outputs.scores=…`.
 */
export function wantedScores(settings: readonly string[]): string[] {
  return settings.flatMap((setting) => {
    const [, value] = setting.match(/^outputs\.scores=(.*)$/s) ?? [];
    return value === undefined ? [] : value.replaceAll(/[[\]"]/g, "").split(",");
  });
}
