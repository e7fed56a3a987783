import type { LabelReading, NamesById, NamesInOrder } from "./label_reading.ts";

/** Known facts about the classes that a graph (ONNX model) detects. */
export interface ClassFacts {
  /**
   * Number of classes. Null: unknown. A graph that applies NMS itself returns only class ids, not a
   * score for each class.
   */
  readonly count: number | null;
  /** Class ids that the graph returned in two test runs. Empty if `count` is known. */
  readonly seen: readonly number[];
  /**
   * Class id of the background, which a list of names may leave out. Null or unset: the model has
   * no background, or it is unknown.
   */
  readonly background?: number | null;
  /** Class id of the first name in a list without ids. Unset: 0. */
  readonly firstId?: number | undefined;
}

/** Labels for a manifest, with an explanation of how they were chosen. */
export interface AssignedLabels {
  /** Class names; the index is the class id. Null: the class has no name. */
  readonly labels: readonly (string | null)[];
  /** Sentence for the user: the number of names and of classes, and the format of the file. */
  readonly summary: string;
  /**
   * Assumption that a person should confirm. Null: the number of classes confirms the assignment.
   */
  readonly guess: string | null;
}

/** Possible assignment of names to class ids. The assignment may not fit the graph. */
interface Candidate {
  readonly labels: readonly (string | null)[];
  readonly form: string;
  /**
   * Description of the rule that converted the ids in the file to class ids. Empty: the ids were
   * not converted.
   */
  readonly rule: string;
}

/**
 * Assigns the names in a label file to the classes of a graph.
 *
 * The ids in a file are not always the class ids of the graph: they may start at 1 or have gaps.
 * Therefore the function tries several rules that convert ids to class ids. The function returns
 * the first assignment that fits the graph. An assignment fits if it has one name per class. If the
 * number of classes is unknown, an assignment fits if it names each class id in `seen`.
 *
 * @param readings Possible interpretations of the file, the likeliest first.
 * @throws {TypeError} If no assignment fits the graph, or if two different assignments fit. The
 *   message completes the text "Cannot use FILE as …".
 */
export function assignLabels(
  readings: readonly LabelReading[],
  classes: ClassFacts,
): AssignedLabels {
  for (const reading of readings) {
    const fitting = candidatesOf(reading, classes).filter(({ labels }) => fits(labels, classes));
    const [first, ...others] = fitting;
    if (first === undefined) continue;
    // An assignment with unchanged ids is preferred. If two rules give different labels, only the
    // user can decide.
    const rival = first.rule !== "" &&
      others.find(({ labels }) => labels.join("\n") !== first.labels.join("\n"));
    if (rival) {
      throw new TypeError(
        `its ids could be class ids in two ways: ${first.rule}, or ${rival.rule}. Number the ` +
          "classes as the graph returns them",
      );
    }
    return assigned(first, classes);
  }
  throw new TypeError(faultOf(readings, classes));
}

/**
 * Returns the possible assignments for one interpretation of the file. The first assignment uses
 * the ids in the file as class ids.
 */
function candidatesOf(reading: LabelReading, classes: ClassFacts): Candidate[] {
  const { form } = reading;
  if ("rows" in reading) return rowCandidates(reading, classes);
  const { ids } = reading;
  const inOrder = [...ids.keys()].sort((a, b) => a - b);
  const first = inOrder[0] ?? 0;
  const candidates = [{ form, labels: rowsFrom(ids, 0), rule: "" }];
  if (first > 0) {
    candidates.push({ form, labels: rowsFrom(ids, 1), rule: "id 1 is class 0" });
  }
  return [...candidates, {
    form,
    labels: inOrder.map((id) => ids.get(id) ?? null),
    rule: "in the order of the ids, without gaps",
  }];
}

/** Pattern of the names that people give to the background. */
const BACKGROUND = /^_*(background|bg)_*$/i;

/** Returns the possible assignments for names without ids. */
function rowCandidates(
  { form, rows }: NamesInOrder,
  { background = null, firstId = 0 }: ClassFacts,
): Candidate[] {
  const [first = null] = rows;
  const isMissing = first !== null && !BACKGROUND.test(first);
  if (firstId === 1 && isMissing) {
    return [{ form, labels: [null, ...rows], rule: "the first name is class 1" }];
  }
  const unchanged = { form, labels: rows, rule: "" };
  if (background === null) return [unchanged];
  const labels = rows.toSpliced(background, 0, null);
  return [unchanged, { form, labels, rule: `class ${background} is the background` }];
}

/**
 * Returns the names as an array that starts with the name of the id `first`. An id without a name
 * becomes null.
 */
function rowsFrom(ids: NamesById["ids"], first: number): (string | null)[] {
  const length = Math.max(...ids.keys()) + 1 - first;
  return Array.from({ length }, (_, row) => ids.get(row + first)?.trim() || null);
}

function fits(labels: readonly (string | null)[], { count, seen }: ClassFacts): boolean {
  if (count !== null) return labels.length === count;
  return seen.every((id) => (labels[id] ?? null) !== null);
}

function assigned({ labels, form, rule }: Candidate, { count, seen }: ClassFacts): AssignedLabels {
  const names = labels.filter((label) => label !== null).length;
  const without = labels.length - names;
  const summary = [
    `${names} ${names === 1 ? "name" : "names"} for ` +
    (count === null
      ? "the ids that the graph returns, whose number it does not state"
      : `${count} ${count === 1 ? "class" : "classes"}`),
    ...(without > 0 ? [`${without} without a name`] : []),
    ...(rule === "" ? [] : [rule]),
    form,
  ].join(", ");
  if (count !== null) return { labels, summary, guess: null };
  const found = seen.length === 0
    ? "the graph does not state how many classes it has"
    : `the graph returned class ids ${Math.min(...seen)} to ${Math.max(...seen)} in a try, and ` +
      "does not state how many it has";
  return { labels, summary, guess: rule === "" ? found : `${found}; ${rule}` };
}

/** Returns the error message for labels that do not fit the graph: the reason and the remedy. */
function faultOf(readings: readonly LabelReading[], { count, seen }: ClassFacts): string {
  const [reading] = readings;
  if (reading === undefined) return "it has no names";
  const isList = "rows" in reading;
  const names = isList ? reading.rows.filter((row) => row !== null).length : reading.ids.size;
  const ids = isList ? [] : [...reading.ids.keys()];
  const blank = isList ? reading.rows.length - names : 0;
  const found = `it has ${names} ${names === 1 ? "name" : "names"}` +
    (blank > 0 ? ` and ${blank} classes without a name` : "") +
    (isList ? "" : ` with ids ${Math.min(...ids)} to ${Math.max(...ids)}`) +
    ` (${reading.form})`;
  if (count === null) {
    const ids = `the graph returned class ids ${Math.min(...seen)} to ${Math.max(...seen)}`;
    return `${found}, and ${ids}: each needs a name.` +
      (seen.includes(0) ? "" : " If id 0 is never returned, begin with an empty line");
  }
  const missing = count - names;
  const advice = missing === 1
    ? " If one class is the background, give it an empty line or the id that it has"
    : missing > 0
    ? " Add the missing ones; an empty line is a class that is never returned"
    : " Leave the surplus ones out";
  return `${found}, and the graph has ${count} ${count === 1 ? "class" : "classes"}.${advice}`;
}
