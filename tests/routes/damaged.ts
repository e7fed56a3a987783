import type { Random } from "../random.ts";

/** Changes some bytes, or removes or repeats a piece. */
export function damaged(
  whole: Uint8Array<ArrayBuffer>,
  next: Random,
): Uint8Array<ArrayBuffer> {
  const [from, to] = [next(), next()].map((x) => Math.floor(x * whole.length)).sort((a, b) =>
    a - b
  );
  const kind = next();
  if (kind < 0.2) return new Uint8Array([...whole.subarray(0, from), ...whole.subarray(to)]);
  if (kind < 0.4) return new Uint8Array([...whole.subarray(0, to), ...whole.subarray(from)]);
  const bytes = whole.slice();
  for (let i = 0; i < 1 + 3 * next(); i++) {
    const symbols = '0123456789-.e[]{},:"\\\0\xff';
    bytes[Math.floor(next() * bytes.length)] = symbols.charCodeAt(
      Math.floor(next() * symbols.length),
    );
  }
  return bytes;
}
