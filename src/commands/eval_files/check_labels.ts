import type { CocoCategory, CocoResult } from "../../eval/coco.ts";

/**
 * Compares the categories of an annotation file with the labels of a model.
 *
 * @param labels Labels of the model; the index is the class id. Null: the model never returns this
 *   class id.
 * @returns Warning about the categories that the model cannot detect. Undefined if the model can
 *   detect all categories.
 * @throws {TypeError} If a category and a label differ only in upper and lower case, or if no
 *   category has the name of a label.
 */
export function checkLabels(
  categories: readonly CocoCategory[],
  labels: readonly (string | null)[],
): string | undefined {
  const known = new Set(labels);
  const missing = categories.map(({ name }) => name).filter((name) => !known.has(name));
  const similar = missing.flatMap((name) => {
    const label = labels.find((each) => each !== null && sameBut(each, name));
    return label === undefined ? [] : [`"${name}" (the model has "${label}")`];
  });
  if (similar.length > 0) {
    throw new TypeError(
      `Cannot measure as labels must be spelt as the categories of the truth: ` +
        `these differ in case or in spaces at the ends: ${similar.join(", ")}. ` +
        `Rename them in the annotations or in the manifest`,
    );
  }
  if (missing.length > 0 && missing.length === categories.length) {
    throw new TypeError(
      `Cannot measure as no category of the truth is a label of the model: ` +
        `the truth has ${list(missing)}; the model has ` +
        list(labels.filter((label) => label !== null)),
    );
  }
  return missing.length === 0 ? undefined : `Warning: the model lacks ${missing.length} of ` +
    `${categories.length} categories of the truth, whose objects all count as missed: ` +
    list(missing);
}

/**
 * Returns a warning about results whose category is not in the annotation file. Returns undefined
 * if there are no such results.
 */
export function strayResults(
  categories: readonly CocoCategory[],
  results: readonly CocoResult[],
): string | undefined {
  const known = new Set(categories.map(({ id }) => id));
  const stray = results.map(({ category_id }) => category_id).filter((id) => !known.has(id));
  return stray.length === 0 ? undefined : `Warning: ${stray.length} of ${results.length} results ` +
    `do not count, as the truth lacks their categories: ${list([...new Set(stray)].map(String))}`;
}

/** Maximum number of names that a message lists. */
const MAX_NAMES = 10;

/** Joins names with commas. A long list ends with the number of the names that are left out. */
export function list(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return names.slice(0, MAX_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function sameBut(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}
