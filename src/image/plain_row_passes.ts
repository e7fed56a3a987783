import type { AxisWeights } from "./axis_weights.ts";
import type { Normalisation, ResamplingRule, RowPasses } from "./row_passes.ts";
import type { UprightView } from "./upright_view.ts";

/** The passes in TypeScript. */
export class PlainRowPasses implements RowPasses {
  readonly #view: UprightView;
  readonly #rule: ResamplingRule;
  /**
   * For each output column, the byte offset of the column's first pixel within a row of the image.
   */
  readonly #offsets: Int32Array;
  /** `[rows.taps, 3, columns]` ring buffer. */
  readonly #ring: Float64Array;
  /** `[3, columns]` sums of the current output row. */
  readonly #sums: Float64Array;
  /** `[3, columns]` current output row. */
  readonly #row: Float32Array;

  /**
   * Allocates the ring buffer.
   *
   * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
   */
  constructor(view: UprightView, rule: ResamplingRule) {
    const { columns, rows } = rule;
    this.#view = view;
    this.#rule = rule;
    this.#offsets = columns.start.map((x) => x * view.stepX);
    this.#sums = new Float64Array(3 * columns.start.length);
    this.#row = new Float32Array(this.#sums.length);
    this.#ring = new Float64Array(rows.taps * this.#sums.length);
  }

  /** Resamples a row of the image along x. */
  resampleLine(y: number, slot: number): void {
    const { columns, rounds } = this.#rule;
    const start = slot * this.#sums.length;
    const line = this.#ring.subarray(start, start + this.#sums.length);
    const resample = columns.taps === 3 ? resampleByThree : resampleByAny;
    resample(this.#view, y, columns, this.#offsets, line);
    if (rounds) roundAll(line);
  }

  /** Adds up lines with the weights of output row `y`, and normalises the sums. */
  combineLines(y: number, slots: Int32Array): Float32Array {
    const { rows, rounds } = this.#rule;
    this.#sums.fill(0);
    for (let tap = 0; tap < rows.taps; tap += 3) this.#addThree(y, slots, tap);
    if (rounds) roundAll(this.#sums);
    normalise(this.#sums, this.#rule, this.#row);
    return this.#row;
  }

  /**
   * Adds three weighted lines to the sums of output row `y`. The weights of the three lines have the
   * indices `tap`, `tap + 1` and `tap + 2`.
   */
  #addThree(y: number, slots: Int32Array, tap: number): void {
    const { rows: { taps, weights } } = this.#rule;
    const startOf = (i: number) => slots[Math.min(i, taps - 1)]! * this.#sums.length;
    const weightOf = (i: number) => i < taps ? weights[y * taps + i]! : 0;
    const [sums, ring] = [this.#sums, this.#ring];
    const [a, b, c] = [startOf(tap), startOf(tap + 1), startOf(tap + 2)];
    const [u, v, w] = [weightOf(tap), weightOf(tap + 1), weightOf(tap + 2)];
    for (let i = 0; i < sums.length; i++) {
      sums[i] = sums[i]! + u * ring[a + i]! + v * ring[b + i]! + w * ring[c + i]!;
    }
  }
}

/**
 * Resamples a row of the image along x.
 *
 * @param line Receives the result: `[3, columns]` red, green and blue.
 */
function resampleByAny(
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
 * of `resampleByAny()`.
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

/**
 * Normalises red, green and blue samples.
 *
 * @param samples `[3, columns]`
 * @param row Receives the result, `[3, columns]`.
 */
function normalise(
  samples: Float64Array,
  { gains, biases }: Normalisation,
  row: Float32Array,
): void {
  const columns = samples.length / 3;
  for (const colour of [0, 1, 2] as const) {
    const [gain, bias] = [gains[colour], biases[colour]];
    const end = (colour + 1) * columns;
    for (let i = colour * columns; i < end; i++) row[i] = gain * samples[i]! + bias;
  }
}

function roundAll(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.floor(values[i]! + 0.5);
}
