import { DomainError } from "../core/domain_error.ts";
import { endsTooEarly } from "./decoder.ts";

/** Maximum number of bits of an LZW code. */
const MAX_CODE_BITS = 12;
/** Maximum number of LZW codes. */
const MAX_CODES = 2 ** MAX_CODE_BITS;

/** Function that fills `row` with the next palette indices of a GIF frame. */
export type IndexReader = (row: Uint8Array) => void;

/**
 * Creates a reader of the palette indices of a GIF frame (GIF89a, section 22 and appendix F).
 *
 * A clear code empties the code table. Like browsers, the reader accepts two deviations from the
 * standard. The first code need not be a clear code. A full code table stays unchanged until the
 * next clear code.
 *
 * The reading time is proportional to the number of bytes and indices, even for hostile files.
 *
 * @param bytes The file.
 * @param start Offset of the byte "LZW minimum code size". The sub-blocks with the codes follow
 *   this byte.
 * @throws {DomainError} `truncated-image`, if the file ends before the last index; `corrupt-image`,
 * if the data contains too few indices or an impossible code.
 *
 * @example
 * ```ts
 * import { lzwReader } from "./lzw_reader.ts";
 *
 * // Codes of 3 bits, from the low bit on: clear (4), 1, 1, end (5).
 * const readRow = lzwReader(Uint8Array.of(2, 2, 0b01_001_100, 0b1010, 0), 0);
 * const row = new Uint8Array(2);
 * readRow(row);
 * if (row.join() !== "1,1") throw new Error(`the row is ${row}`);
 * ```
 */
export function lzwReader(bytes: Uint8Array, start: number): IndexReader {
  const indexBits = bytes[start] ?? 0;
  if (start < bytes.length && (indexBits < 1 || indexBits >= MAX_CODE_BITS)) {
    throw damaged(`its codes must start with 1 to ${MAX_CODE_BITS - 1} bits`, indexBits);
  }
  const clear = 1 << indexBits;
  const end = clear + 1;
  const nextCode = codeReader(bytes, start + 1);

  // Code table. A code greater than `end` stands for a list of indices: the indices of the code
  // `prefix[code]`, followed by the index `suffix[code]`.
  const prefix = new Uint16Array(MAX_CODES);
  const suffix = new Uint8Array(MAX_CODES);
  // Palette indices that are decoded but not yet written to a row, in reverse order.
  const pending = new Uint8Array(MAX_CODES);
  let pendingCount = 0;
  let codeBits = indexBits + 1;
  let codes = end + 1;
  /** Previous code. -1 at the start and after a clear code. */
  let previous = -1;
  /** First palette index for which the previous code stands. */
  let first = 0;

  /**
   * Reads the next code that stands for palette indices. Puts the indices into `pending` and
   * extends the code table.
   */
  function readCode(): void {
    let code = nextCode(codeBits);
    while (code === clear) {
      codeBits = indexBits + 1;
      codes = end + 1;
      previous = -1;
      code = nextCode(codeBits);
    }
    if (code === end) throw damaged("its data must have all pixels", "an early end");
    if (code > codes || previous < 0 && code > clear) {
      throw damaged(`a code must be at most ${previous < 0 ? clear : codes}`, code);
    }
    let rest = code;
    if (code === codes) {
      // The code is not in the table yet. The code stands for the indices of the previous code,
      // followed by the first of these indices.
      pending[pendingCount++] = first;
      rest = previous;
    }
    while (rest > end) {
      pending[pendingCount++] = suffix[rest]!;
      rest = prefix[rest]!;
    }
    pending[pendingCount++] = rest;
    first = rest;
    if (previous >= 0 && codes < MAX_CODES) {
      prefix[codes] = previous;
      suffix[codes] = first;
      codes++;
    }
    if (codes === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits++;
    previous = code;
  }

  return (row) => {
    for (let x = 0; x < row.length;) {
      if (pendingCount === 0) readCode();
      while (pendingCount > 0 && x < row.length) row[x++] = pending[--pendingCount]!;
    }
  };
}

/**
 * Creates a function that reads the next LZW code from the sub-blocks of a GIF (GIF89a, section
 * 15). The low bits of a code come first.
 *
 * @param start Offset of the first sub-block. A sub-block starts with its length.
 */
function codeReader(bytes: Uint8Array, start: number): (bits: number) => number {
  let at = start;
  let blockEnd = start;
  let buffer = 0;
  let bufferBits = 0;
  return (bits) => {
    while (bufferBits < bits) {
      if (at === blockEnd) {
        const length = byteAt(bytes, at++);
        if (length === 0) throw damaged("its data must have all pixels", "an early end");
        blockEnd = at + length;
      }
      buffer |= byteAt(bytes, at++) << bufferBits;
      bufferBits += 8;
    }
    const code = buffer & (1 << bits) - 1;
    buffer >>= bits;
    bufferBits -= bits;
    return code;
  };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte !== undefined) return byte;
  throw endsTooEarly("GIF", bytes);
}

function damaged(rule: string, found: string | number): DomainError {
  return new DomainError(
    "corrupt-image",
    `Cannot decode GIF as ${rule}: current value is ${found}. ` +
      "The file is damaged; export the image again and send the new file.",
  );
}
