/**
 * Possible meanings of the four numbers of an anchor in a constant: two corners, or centre and
 * sides. Either x or y comes first.
 */
export const ANCHOR_FORMS = [
  { isCentred: false, isYFirst: false },
  { isCentred: false, isYFirst: true },
  { isCentred: true, isYFirst: false },
  { isCentred: true, isYFirst: true },
] as const;

/** Meaning of the four numbers of an anchor in a constant. */
export type AnchorForm = typeof ANCHOR_FORMS[number];

/** Converts rows of four numbers to x1, y1, x2, y2. */
export function toCorners(rows: Float32Array, { isCentred, isYFirst }: AnchorForm): Float32Array {
  const result = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at += 4) {
    for (const axis of [0, 1] as const) {
      const from = at + (isYFirst ? 1 - axis : axis);
      const [first, second] = [rows[from]!, rows[from + 2]!];
      result[at + axis] = isCentred ? first - second / 2 : first;
      result[at + axis + 2] = isCentred ? first + second / 2 : second;
    }
  }
  return result;
}
