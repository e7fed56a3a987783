import { bytesOf, joinBytes } from "./bytes_of.ts";

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
  /** True to mark the rows of the first frame as stored in four passes. */
  readonly interlaced?: boolean;
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
    packed(localBits) | (options.interlaced ? 0x40 : 0),
  );
}

function packed(bits: number): number {
  return bits === 0 ? 0 : 0x80 | (bits - 1);
}

function littleEndian(value: number): number[] {
  return [value & 255, value >> 8];
}

/** How indices become codes. Unset: as most writers do it. */
export interface LzwOptions {
  /** Bits of an index, which the first byte declares. Unset: 3. */
  readonly indexBits?: number;
  /** False to start without a clear code. */
  readonly clears?: boolean;
  /** False to end without an end code. */
  readonly ends?: boolean;
  /** True to go on with a full table instead of clearing it. */
  readonly keepsTable?: boolean;
}

/** Builds the data of a frame (GIF89a, 22 and appendix F): bits of an index, then sub-blocks. */
export function gifData(indices: readonly number[], options: LzwOptions = {}): Uint8Array {
  const { indexBits = 3, clears = true, ends = true, keepsTable = false } = options;
  const clear = 2 ** indexBits;
  const bits: string[] = [];
  let table = new Map<string, number>();
  let codes = 0;
  let codeBits = 0;
  const put = (code: number) => bits.push(code.toString(2).padStart(codeBits, "0"));
  const reset = () => {
    table = new Map(Array.from({ length: clear }, (_, index) => [`${index}`, index]));
    codes = clear + 2;
    codeBits = indexBits + 1;
  };
  reset();
  if (clears) put(clear);
  let run = "";
  for (const index of indices) {
    const longer = run === "" ? `${index}` : `${run},${index}`;
    if (table.has(longer)) {
      run = longer;
      continue;
    }
    put(table.get(run)!);
    if (codes < 4096) {
      // A reader knows the new code one code later.
      if (codes === 2 ** codeBits) codeBits++;
      table.set(longer, codes++);
    } else if (!keepsTable) {
      put(clear);
      reset();
    }
    run = `${index}`;
  }
  if (run !== "") put(table.get(run)!);
  if (codes === 2 ** codeBits && codeBits < 12) codeBits++;
  if (ends) put(clear + 1);
  // Low bits come first: the text of all bits starts with the last code.
  const text = bits.reverse().join("");
  const bytes = Array.from({ length: Math.ceil(text.length / 8) }, (_, i) => {
    return parseInt(text.slice(Math.max(0, text.length - 8 * (i + 1)), text.length - 8 * i), 2);
  });
  return joinBytes(Uint8Array.of(indexBits), subBlocks(bytes));
}

/** Builds sub-blocks and the empty one that ends them (GIF89a, 15 and 16). */
export function subBlocks(bytes: readonly number[], blockBytes = 255): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += blockBytes) {
    const block = bytes.slice(at, at + blockBytes);
    blocks.push(Uint8Array.of(block.length, ...block));
  }
  return joinBytes(...blocks, Uint8Array.of(0));
}
