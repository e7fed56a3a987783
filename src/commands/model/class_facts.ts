import type { GraphFacts } from "../../describe/graph_facts.ts";
import type { ClassFacts } from "../labels/assign_labels.ts";

/**
 * Returns what a graph tells about its classes.
 *
 * @param firstId Class id of the first name in a list without ids, for graphs that apply NMS.
 *   Unset: 0.
 */
export function classFacts({ outputs, background }: GraphFacts, firstId?: number): ClassFacts {
  return outputs.kind === "finished"
    ? { count: null, seen: outputs.classIds, firstId }
    : { count: outputs.classes, seen: [], background };
}
