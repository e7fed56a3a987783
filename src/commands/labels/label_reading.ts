/**
 * One possible interpretation (reading) of a label file.
 *
 * A file may have several readings: for example, an empty line may be a class without a name, or
 * mean nothing. The number of classes of the graph decides later which reading is right.
 */
export type LabelReading = NamesInOrder | NamesById;

/** Content of a label file without ids: the names are in the order of the classes. */
export interface NamesInOrder {
  /** Name of the file format, for messages: for example `JSON list`. */
  readonly form: string;
  /** Names; the index is the class id. Null: the class has no name. */
  readonly rows: readonly (string | null)[];
}

/**
 * Content of a label file that gives each name an id. The ids may have gaps and need not start at 0.
 */
export interface NamesById {
  /** Name of the file format, for messages: for example `CSV`. */
  readonly form: string;
  /** Names by id. */
  readonly ids: ReadonlyMap<number, string>;
}

/**
 * Maximum class id. Larger ids in a label file are probably keys of a data set, not class ids of a
 * graph.
 */
const MAX_ID = 20_000;

/** Returns true if the text is a whole number of at least 0. */
export function isId(text: string): boolean {
  return /^\d+$/.test(text.trim());
}

/**
 * Collects names by id.
 *
 * @param pairs Ids as text, each with its name.
 * @throws {TypeError} If an id is not a whole number from 0 to 20,000, or if an id has two names.
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
