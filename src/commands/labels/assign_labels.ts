import type { LabelReading, NamesById } from "./label_reading.ts";

/** Facts about the classes of a graph. */
export interface ClassFacts {
  /** Columns of the class head, or null for a graph that returns detections. */
  readonly count: number | null;
  /** Class ids that a graph with detections has returned. */
  readonly seen: readonly number[];
}

/** Labels of a manifest, and their origin. */
export interface AssignedLabels {
  /** Class names by class id; null for an id without a name. */
  readonly labels: readonly (string | null)[];
  /** Form of the file, number of names and of classes, in words. */
  readonly summary: string;
  /** Assumption behind the assignment, or null if the count proves it. */
  readonly guess: string | null;
}

/** Assignment of names to class ids that may or may not fit the graph. */
interface Candidate {
  readonly labels: readonly (string | null)[];
  readonly form: string;
  /** Rule that turned ids into class ids, in words. Empty if there was nothing to turn. */
  readonly rule: string;
}

/**
 * Assigns the names of a label file to the classes of a graph.
 *
 * Ids of a file may be class ids as they are, may count from 1, or may have gaps that the graph
 * does not have. The number of classes decides, and so do the ids that a graph has returned.
 *
 * @param readings Readings of the file, the likeliest first.
 * @throws {TypeError} If no reading fits, or if two fit and differ. The message follows "Cannot use
 *   FILE as".
 */
export function assignLabels(
  readings: readonly LabelReading[],
  classes: ClassFacts,
): AssignedLabels {
  for (const reading of readings) {
    const fitting = candidatesOf(reading).filter(({ labels }) => fits(labels, classes));
    const [first, ...others] = fitting;
    if (first === undefined) continue;
    // Ids as they are need no rule and go first. Two rules that differ are a question.
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

/** Returns the assignments that a reading allows, the plainest first. */
function candidatesOf(reading: LabelReading): Candidate[] {
  const { form } = reading;
  if ("rows" in reading) return [{ form, labels: reading.rows, rule: "" }];
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

/** Returns the names as an array: index 0 is id `first`. An id without a name gives null. */
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

/** Returns the reason why no reading fits, with the remedy. */
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
