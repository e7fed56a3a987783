/** Bytes of their own buffer, as a request's body must be. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A file that is made to do harm, and how it must end. */
export interface Bomb {
  /** What is wrong with it. */
  readonly name: string;
  /** Builds it anew. */
  readonly bytes: () => Bytes;
  /** Codes of the problems that may answer it; `ok`, if it may be taken for an image. */
  readonly ends: readonly string[];
}

/** How a bomb may end. */
export type End =
  | "ok"
  | "no-image"
  | "not-an-image"
  | "unsupported-format"
  | "truncated-image"
  | "corrupt-image"
  | "too-many-pixels"
  | "too-many-bytes";

/** A row of a table of bombs: what it is, how it ends, and its bytes. */
export type Row = readonly [
  name: string,
  end: End | readonly End[],
  bytes: () => ArrayLike<number>,
];

/** A table of bombs of one format. */
export function bombsOf(format: string, rows: readonly Row[]): readonly Bomb[] {
  return rows.map(([name, end, bytes]) => ({
    name: `${format}: ${name}`,
    bytes: () => Uint8Array.from(bytes()),
    ends: typeof end === "string" ? [end] : end,
  }));
}
