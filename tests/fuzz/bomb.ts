/** Bytes that a request body accepts: they fill a buffer of their own. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** File that is made to do harm. */
export interface Bomb {
  /** Format and fault. */
  readonly name: string;
  /** Builds the file. */
  readonly bytes: () => Bytes;
  /** Codes of the problems that may answer it; `ok` if it may be decoded. */
  readonly ends: readonly string[];
}

/** Code of the problem that answers a bomb; `ok` if it is decoded. */
export type End =
  | "ok"
  | "no-image"
  | "not-an-image"
  | "unsupported-format"
  | "truncated-image"
  | "corrupt-image"
  | "too-many-pixels"
  | "too-many-bytes";

/** Row of a table of bombs: fault, codes, and bytes. */
export type Row = readonly [
  name: string,
  end: End | readonly End[],
  bytes: () => ArrayLike<number>,
];

/** Makes the bombs of one format from a table. */
export function bombsOf(format: string, rows: readonly Row[]): readonly Bomb[] {
  return rows.map(([name, end, bytes]) => ({
    name: `${format}: ${name}`,
    bytes: () => Uint8Array.from(bytes()),
    ends: typeof end === "string" ? [end] : end,
  }));
}
