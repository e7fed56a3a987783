import type { AxisWeights } from "./axis_weights.ts";
import type { UprightView } from "./upright_view.ts";

/** Options of a {@linkcode RowResampler}. */
export interface RowResamplerOptions {
  /** Weights along x. */
  readonly columns: AxisWeights;
  /** Weights along y. */
  readonly rows: AxisWeights;
  /**
   * True: values are rounded to whole numbers after resampling along x, and again after resampling
   * along y.
   */
  readonly rounds: boolean;
}

/**
 * Resamples an image row by row, first along x, then along y.
 *
 * Each row of the image is resampled along x only once. A ring buffer keeps only the rows that the
 * next output row may need, so the memory does not depend on the height of the image.
 */
export class RowResampler {
  readonly #view: UprightView;
  readonly #options: RowResamplerOptions;
  /**
   * For each output column, the byte offset of the column's first pixel within a row of the image.
   */
  readonly #offsets: Int32Array;
  /** `[rows.taps, 3, columns]` ring buffer of RGB rows that are already resampled along x. */
  readonly #ring: Float64Array;
  /** `[3, columns]` current output row as RGB. */
  readonly #row: Float64Array;
  /** Number of the next row of the image that goes into the ring buffer. */
  #next = 0;

  /**
   * Creates a resampler that starts at the top row of the image.
   *
   * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
   */
  constructor(view: UprightView, options: RowResamplerOptions) {
    const { columns, rows } = options;
    this.#view = view;
    this.#options = options;
    this.#offsets = columns.start.map((x) => x * view.stepX);
    this.#row = new Float64Array(3 * columns.start.length);
    this.#ring = new Float64Array(rows.taps * this.#row.length);
  }

  /**
   * Returns output row `y`. Rows must be requested from top to bottom.
   *
   * @returns `[3, columns]` red, green and blue, 0 to 255. Every call overwrites and returns the
   *   same array.
   */
  row(y: number): Float64Array {
    const { rows, rounds } = this.#options;
    const first = rows.start[y]!;
    this.#readUntil(first, first + rows.taps);
    this.#row.fill(0);
    for (let tap = 0; tap < rows.taps; tap += 3) this.#addThree(y, tap);
    if (rounds) roundAll(this.#row);
    return this.#row;
  }

  /**
   * Adds three weighted rows of the ring buffer to output row `y`. The weights of the three rows
   * have the indices `tap`, `tap + 1` and `tap + 2`.
   */
  #addThree(y: number, tap: number): void {
    const { rows: { taps, start, weights } } = this.#options;
    const slotOf = (i: number) => ((start[y]! + Math.min(i, taps - 1)) % taps) * this.#row.length;
    const weightOf = (i: number) => i < taps ? weights[y * taps + i]! : 0;
    const [row, ring] = [this.#row, this.#ring];
    const [a, b, c] = [slotOf(tap), slotOf(tap + 1), slotOf(tap + 2)];
    const [u, v, w] = [weightOf(tap), weightOf(tap + 1), weightOf(tap + 2)];
    for (let i = 0; i < row.length; i++) {
      row[i]! += u * ring[a + i]! + v * ring[b + i]! + w * ring[c + i]!;
    }
  }

  /** Resamples the rows `first` to `end - 1` of the image along x into the ring buffer. */
  #readUntil(first: number, end: number): void {
    const { columns, rows, rounds } = this.#options;
    for (this.#next = Math.max(this.#next, first); this.#next < end; this.#next++) {
      const start = (this.#next % rows.taps) * this.#row.length;
      const line = this.#ring.subarray(start, start + this.#row.length);
      const resample = columns.taps === 3 ? resampleByThree : resampleLine;
      resample(this.#view, this.#next, columns, this.#offsets, line);
      if (rounds) roundAll(line);
    }
  }
}

/**
 * Resamples a row of the image along x.
 *
 * @param line Receives the result: `[3, columns]` red, green and blue.
 */
function resampleLine(
  view: UprightView,
  y: number,
  { taps, weights }: AxisWeights,
  offsets: Int32Array,
  line: Float64Array,
): void {
  const { data, stepX, channels } = view;
  const row = view.offset + y * view.stepY;
  const width = offsets.length;
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let x = 0, w = 0; x < width; x++) {
    let at = row + offsets[x]!;
    let r = 0, g = 0, b = 0;
    for (let tap = 0; tap < taps; tap++, w++, at += stepX) {
      const weight = weights[w]!;
      r += weight * data[at]!;
      g += weight * data[at + green]!;
      b += weight * data[at + blue]!;
    }
    line[x] = r;
    line[width + x] = g;
    line[2 * width + x] = b;
  }
}

/**
 * Resamples a row of the image along x with three weights per column. Takes two thirds of the time
 * of `resampleLine()`.
 *
 * Most photos need three weights, because a JPEG is usually decoded at less than twice the size of
 * the model's input.
 */
function resampleByThree(
  view: UprightView,
  y: number,
  { weights }: AxisWeights,
  offsets: Int32Array,
  line: Float64Array,
): void {
  const { data, stepX, channels } = view;
  const row = view.offset + y * view.stepY;
  const width = offsets.length;
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let x = 0, w = 0; x < width; x++, w += 3) {
    const left = row + offsets[x]!;
    const middle = left + stepX;
    const right = middle + stepX;
    const [l, m, r] = [weights[w]!, weights[w + 1]!, weights[w + 2]!];
    line[x] = l * data[left]! + m * data[middle]! + r * data[right]!;
    line[width + x] = l * data[left + green]! + m * data[middle + green]! +
      r * data[right + green]!;
    line[2 * width + x] = l * data[left + blue]! + m * data[middle + blue]! +
      r * data[right + blue]!;
  }
}

function roundAll(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(values[i]! + 0.5);
}
