import type { Pixels } from "../../../src/image/pixels.ts";
import { bytesOf } from "../../image/formats/bytes_of.ts";

/** Levels of each of red, green and blue: 216 colours. */
const LEVELS = 6;
const CODE_BITS = 9;
const CLEAR = 256, END = 257;
/** Pixels between two clear codes, which come before the table has 512 entries. */
const RUN = 250;
const MAX_BLOCK = 255;

/** Encodes RGB pixels as a GIF with a fixed palette and codes of one length (GIF89a, F). */
export function encodeGif({ data, width, height }: Pixels): Uint8Array<ArrayBuffer> {
  const size = [width & 255, width >> 8, height & 255, height >> 8];
  const codes: number[] = [];
  for (let i = 0; i < data.length; i += 3) {
    if (i / 3 % RUN === 0) codes.push(CLEAR);
    codes.push(data.subarray(i, i + 3).reduce((index, value) => index * LEVELS + level(value), 0));
  }
  return Uint8Array.from([
    ...bytesOf("GIF89a"),
    ...[...size, 0xf7, 0, 0],
    ...palette(),
    ...[0x2c, 0, 0, 0, 0, ...size, 0, CODE_BITS - 1],
    ...blocksOf(packed([...codes, END])),
    ...[0, 0x3b],
  ]);
}

function level(value: number): number {
  return Math.round(value * (LEVELS - 1) / 255);
}

function palette(): number[] {
  const step = 255 / (LEVELS - 1);
  return Array.from({ length: 256 }, (_, index) => {
    const levels = [Math.floor(index / LEVELS ** 2), Math.floor(index / LEVELS), index];
    return index < LEVELS ** 3 ? levels.map((value) => value % LEVELS * step) : [0, 0, 0];
  }).flat();
}

/** Packs codes into bytes, the lowest bit first. */
function packed(codes: readonly number[]): number[] {
  const bytes: number[] = [];
  let bits = 0, count = 0;
  for (const code of codes) {
    bits |= code << count;
    for (count += CODE_BITS; count >= 8; count -= 8, bits >>= 8) bytes.push(bits & 255);
  }
  if (count > 0) bytes.push(bits & 255);
  return bytes;
}

function blocksOf(bytes: readonly number[]): number[] {
  const blocks: number[] = [];
  for (let at = 0; at < bytes.length; at += MAX_BLOCK) {
    const block = bytes.slice(at, at + MAX_BLOCK);
    blocks.push(block.length, ...block);
  }
  return blocks;
}
