import { bytesOf } from "./bytes_of.ts";

/** Contents of a GIF. Unset: those of an image of 3x2 pixels without colour tables. */
export interface GifOptions {
  readonly version?: "87a" | "89a";
  readonly width?: number;
  readonly height?: number;
  /** Bits of an index into the global colour table. Unset or 0: no table. */
  readonly globalBits?: number;
  /** Bits of an index into the colour table of the first frame. Unset or 0: no table. */
  readonly localBits?: number;
  /** Blocks before the first image. */
  readonly blocks?: readonly number[];
  /** Left, top, width and height of the first frame. Unset: the whole screen. */
  readonly frame?: readonly [number, number, number, number];
}

/** Builds a GIF up to the end of its first image descriptor. */
export function buildGif(options: GifOptions = {}): Uint8Array {
  const { version = "89a", width = 3, height = 2, globalBits = 0, localBits = 0 } = options;
  const frame = options.frame ?? [0, 0, width, height];
  const table: number[] = globalBits === 0 ? [] : Array(3 << globalBits).fill(0x3b);
  return Uint8Array.of(
    ...bytesOf(`GIF${version}`),
    ...[width, height].flatMap(littleEndian),
    packed(globalBits),
    0,
    0,
    ...table,
    ...options.blocks ?? [],
    0x2c,
    ...frame.flatMap(littleEndian),
    packed(localBits),
  );
}

function packed(bits: number): number {
  return bits === 0 ? 0 : 0x80 | (bits - 1);
}

function littleEndian(value: number): number[] {
  return [value & 255, value >> 8];
}
