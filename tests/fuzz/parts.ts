import { deflateRawSync, deflateSync } from "node:zlib";
import type { Bytes } from "./bomb.ts";

/** Joins parts; unlike a spread, it can join megabytes. */
export function concat(...parts: readonly ArrayLike<number>[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Repeats a piece. */
export function repeated(piece: ArrayLike<number>, times: number): Bytes {
  const whole = new Uint8Array(piece.length * times);
  for (let i = 0; i < times; i++) whole.set(piece, i * piece.length);
  return whole;
}

/** Returns text as bytes, one for each character. */
export function text(characters: string): Bytes {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** Returns a big-endian number of so many bytes. */
export function high(bytes: number, value: number): Bytes {
  return low(bytes, value).reverse();
}

/** Returns a little-endian number of so many bytes. */
export function low(bytes: number, value: number): Bytes {
  return Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);
}

/** Compresses zeros with zlib. */
export function zlibZeros(count: number): Bytes {
  return new Uint8Array(deflateSync(new Uint8Array(count)));
}

/** Makes a zlib stream that grows a thousandfold: a kilobyte for each megabyte of zeros. */
export function zlibBomb(megabytes: number): Bytes {
  const block = deflateRawSync(new Uint8Array(2 ** 20));
  // Clears the flag of the final block, so that a decoder reads the next copy as well.
  const open = new Uint8Array(block);
  open[0] = open[0]! & 0xfe;
  return concat([0x78, 0x9c], repeated(open, megabytes));
}
