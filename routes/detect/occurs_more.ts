/**
 * Whether some bytes occur more often than that, overlaps counted.
 *
 * By Knuth, Morris and Pratt: each byte is looked at once, whatever stands there, where the obvious
 * search takes seconds for bytes that nearly match everywhere.
 */
export function occursMore(bytes: Uint8Array, wanted: Uint8Array, most: number): boolean {
  const borders = bordersOf(wanted);
  let matched = 0;
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    while (matched > 0 && bytes[i] !== wanted[matched]) matched = borders[matched - 1];
    if (bytes[i] === wanted[matched]) matched++;
    if (matched < wanted.length) continue;
    if (++count > most) return true;
    matched = borders[matched - 1];
  }
  return false;
}

/** For each prefix, the length of the longest shorter one that it also ends with. */
function bordersOf(wanted: Uint8Array): Uint16Array {
  const borders = new Uint16Array(wanted.length);
  let length = 0;
  for (let i = 1; i < wanted.length; i++) {
    while (length > 0 && wanted[i] !== wanted[length]) length = borders[length - 1];
    if (wanted[i] === wanted[length]) length++;
    borders[i] = length;
  }
  return borders;
}
