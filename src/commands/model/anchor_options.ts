import type { HeadWishes } from "../../describe/which_head.ts";

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
 * Returns the properties of the outputs that the user sets with `--set outputs.scores=…` and
 * `--set outputs.layout=…`.
 */
export function wantedHeads(settings: readonly string[]): HeadWishes {
  const valuesOf = (property: string) =>
    settings.filter((setting) => setting.startsWith(`${property}=`)).map((setting) =>
      setting.slice(property.length + 1).replaceAll(/[[\]"]/g, "")
    );
  return {
    scores: valuesOf("outputs.scores").flatMap((names) => names.split(",")),
    layout: valuesOf("outputs.layout").at(-1),
  };
}
