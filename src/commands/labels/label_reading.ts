/**
 * One way to read a label file.
 *
 * A file may have several readings, for example with and without its empty lines. The number of
 * classes then decides.
 */
export type LabelReading = NamesInOrder | NamesById;

/** Names in the order of the classes. */
export interface NamesInOrder {
  /** Form of the file in words, for example `JSON list`. */
  readonly form: string;
  /** Names in order; null for a class without a name. */
  readonly rows: readonly (string | null)[];
}

/** Names with class ids, which may have gaps and need not start at 0. */
export interface NamesById {
  /** Form of the file in words, for example `CSV`. */
  readonly form: string;
  /** Names by id. */
  readonly ids: ReadonlyMap<number, string>;
}

/** Maximum class id: a larger one is a data set's own key, and no row of a head. */
const MAX_ID = 20_000;

/** Returns true for the text of a whole number of at least 0. */
export function isId(text: string): boolean {
  return /^\d+$/.test(text.trim());
}

/**
 * Collects names by id.
 *
 * @param pairs Ids as text, each with its name.
 * @throws {TypeError} If an id is no whole number from 0 to 20,000, or if it has two names.
 */
export function namesById(
  form: string,
  pairs: Iterable<readonly [id: string, name: string]>,
): NamesById {
  const ids = new Map<number, string>();
  for (const [text, name] of pairs) {
    const id = Number(text);
    if (!isId(text) || id > MAX_ID) {
      throw new TypeError(
        `its ids must be whole numbers from 0 to ${MAX_ID}: "${name}" has ${text}`,
      );
    }
    const other = ids.get(id);
    if (other !== undefined && other !== name) {
      throw new TypeError(`id ${id} has two names: "${other}" and "${name}"`);
    }
    ids.set(id, name);
  }
  return { form, ids };
}
