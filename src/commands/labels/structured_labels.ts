import { isId, type LabelReading, namesById } from "./label_reading.ts";

/**
 * Keys under which the files of data sets and frameworks store their class names. If a file has
 * several of these keys, the first key of this list is used.
 */
const HOLDERS = [
  "categories",
  "names",
  "id2label",
  "label2id",
  "class_to_idx",
  "category_index",
  "label_map",
  "class_names",
  "classes",
  "labels",
] as const;

/** Possible keys of the class id, in an object that describes one class. */
const ID_KEYS = ["id", "class_id", "category_id", "index"];
/** Possible keys of the class name, in an object that describes one class. */
const NAME_KEYS = ["display_name", "name", "class_name", "label", "title"];

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads labels from a parsed JSON or YAML file. Accepts a list of names, a list of objects with id
 * and name, and a dictionary from id to name or from name to id. The list or dictionary may also be
 * inside an object, under a key such as `names`.
 *
 * @param format Name of the file format, for messages: for example "JSON".
 * @returns Null if the value contains no labels.
 * @throws {TypeError} If the labels contradict each other, for example if an id has two names.
 */
export function structuredLabels(format: string, value: unknown): LabelReading | null {
  if (Array.isArray(value)) return listOf(format, value);
  if (!isObject(value)) return null;
  for (const key of HOLDERS) {
    const held = value[key];
    if (typeof held !== "object" || held === null) continue;
    const reading = structuredLabels(`${format} with "${key}"`, held);
    if (reading !== null) return countChecked(reading, value);
  }
  return dictionaryOf(format, value);
}

function listOf(format: string, list: readonly unknown[]): LabelReading | null {
  if (list.length === 0) return null;
  if (list.every((each) => each === null || isName(each))) {
    return { form: `${format} list`, rows: list.map(nameOf) };
  }
  if (!list.every(isObject)) return null;
  const form = `${format} list of classes`;
  const classes = list.map((each) => ({ id: find(each, ID_KEYS), name: find(each, NAME_KEYS) }));
  if (classes.some(({ name }) => name === undefined)) return mergedOf(format, list);
  if (classes.every(({ id }) => id === undefined)) {
    return { form, rows: classes.map(({ name }) => nameOf(name)) };
  }
  return namesById(form, classes.map(({ id, name }) => [String(id), nameOf(name) ?? ""]));
}

/** Reads a list of one-entry dictionaries, such as `- 0: cat` in YAML. */
function mergedOf(format: string, list: readonly Json[]): LabelReading | null {
  const entries = list.flatMap(Object.entries);
  if (entries.length !== list.length || !entries.every(([key]) => isId(key))) return null;
  return namesById(`${format} list, by id`, entries.map(([id, name]) => [id, String(name)]));
}

/** Reads a dictionary from id to name, from name to id, or from id to an object with a name. */
function dictionaryOf(format: string, value: Json): LabelReading | null {
  const entries = Object.entries(value);
  if (entries.length === 0) return null;
  const hasIdKeys = entries.every(([key]) => isId(key));
  const hasIdValues = entries.every(([, each]) => isName(each) && isId(String(each)));
  if (hasIdKeys && hasIdValues) {
    throw new TypeError(
      "its keys and its values are numbers: it is unclear which of them are the ids",
    );
  }
  if (hasIdValues) {
    const form = `${format} dictionary from name to id`;
    return namesById(form, entries.map(([name, id]) => [String(id), name]));
  }
  if (!hasIdKeys) return null;
  const named = entries.map(([id, each]) => {
    const name = isObject(each) ? find(each, NAME_KEYS) : each;
    return [id, name] as const;
  });
  if (!named.every(([, name]) => name === null || isName(name))) return null;
  return namesById(
    `${format} dictionary from id to name`,
    named.flatMap(([id, name]) => {
      const text = nameOf(name);
      return text === null ? [] : [[id, text] as const];
    }),
  );
}

/**
 * Checks the number of names against the key `nc` (number of classes), which some training tools
 * write into the file.
 */
function countChecked(reading: LabelReading, owner: Json): LabelReading {
  const names = "rows" in reading ? reading.rows.length : reading.ids.size;
  const stated = owner.nc;
  if (typeof stated !== "number" && typeof stated !== "string") return reading;
  if (isId(String(stated)) && Number(stated) !== names) {
    throw new TypeError(`it has ${names} names, and its "nc" says ${stated}`);
  }
  return reading;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

/** Removes the spaces around a name. Returns null if the name is empty. */
function nameOf(value: unknown): string | null {
  return isName(value) ? String(value).trim() || null : null;
}

/** Returns the value of the first key in `keys` that the object has. */
function find(object: Json, keys: readonly string[]): unknown {
  const key = keys.find((each) => isName(object[each]));
  return key === undefined ? undefined : object[key];
}
