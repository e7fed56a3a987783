import type { Candidates } from "./candidates.ts";

/** Returns the candidates whose boxes have a width and a height. */
export function withArea(candidates: Candidates): Candidates {
  const { boxes, values, classIds, levels, anchors } = candidates;
  const rows = [...values.keys()].filter((row) => {
    const at = row * 4;
    return boxes[at + 2]! > boxes[at]! && boxes[at + 3]! > boxes[at + 1]!;
  });
  if (rows.length === values.length) return candidates;
  const kept = new Float64Array(rows.length * 4);
  for (const [i, row] of rows.entries()) kept.set(boxes.subarray(row * 4, row * 4 + 4), i * 4);
  return {
    boxes: kept,
    values: Float64Array.from(rows, (row) => values[row]!),
    classIds: Int32Array.from(rows, (row) => classIds[row]!),
    levels: Int32Array.from(rows, (row) => levels[row]!),
    anchors: Int32Array.from(rows, (row) => anchors[row]!),
  };
}
