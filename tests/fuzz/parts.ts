import { deflateRawSync, deflateSync } from "node:zlib";
import type { Bytes } from "./bomb.ts";

/** Puts parts one after the other; unlike a spread, also megabytes of them. */
export function concat(...parts: readonly ArrayLike<number>[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A piece again and again. */
export function repeated(piece: ArrayLike<number>, times: number): Bytes {
  const whole = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) whole.set(piece, i * piece.length);
  return whole;
}

/** A text, a byte for each character. */
export function text(characters: string): Bytes {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** A number of so many bytes, the high one first. */
export function high(bytes: number, value: number): Bytes {
  return low(bytes, value).reverse();
}

/** A number of so many bytes, the low one first. */
export function low(bytes: number, value: number): Bytes {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** So many zeros, compressed by zlib. */
export function zlibZeros(count: number): Bytes {
  return new Uint8Array(deflateSync(new Uint8Array(count)));
}

/** A zlib stream that grows a thousandfold: so many megabytes of zeros, a kilobyte for each. */
export function zlibBomb(megabytes: number): Bytes {
  const block = deflateRawSync(new Uint8Array(2 ** 20));
  // The last block's mark of the end is taken away, so that the next one is read on.
  const open = new Uint8Array(block);
  open[0] &= 0xfe;
  return concat([0x78, 0x9c], repeated(open, megabytes));
}
