import type { AxisWeights } from "./axis_weights.ts";
import type { Normalisation } from "./row_passes.ts";
import type { UprightView } from "./upright_view.ts";

/** Options of a {@linkcode RowCopier}. */
export interface RowCopierOptions extends Normalisation {
  /** Pixels along x: one weight of 1 for each output column. */
  readonly columns: AxisWeights;
  /** Pixels along y: one weight of 1 for each output row. */
  readonly rows: AxisWeights;
}

/** Reads and normalises the rows of an image that already has the size of the output. */
export class RowCopier {
  readonly #view: UprightView;
  readonly #rows: AxisWeights;
  /** Byte offset of each output column within a row of the image. */
  readonly #offsets: Int32Array;
  readonly #normalisation: Normalisation;
  /** `[3, columns]` current output row. */
  readonly #row: Float32Array;

  /**
   * Creates a reader of rows.
   *
   * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
   */
  constructor(view: UprightView, { columns, rows, gains, biases }: RowCopierOptions) {
    this.#view = view;
    this.#rows = rows;
    this.#normalisation = { gains, biases };
    this.#offsets = columns.start.map((x) => x * view.stepX);
    this.#row = new Float32Array(3 * columns.start.length);
  }

  /**
   * Returns output row `y`.
   *
   * @returns `[3, columns]` red, green and blue, normalised. Every call overwrites and returns the
   *   same array.
   */
  row(y: number): Float32Array {
    const { data, offset, stepY, channels } = this.#view;
    const [row, offsets] = [this.#row, this.#offsets];
    const start = offset + this.#rows.start[y]! * stepY;
    const width = offsets.length;
    const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
    const { gains: [u, v, w], biases: [r, g, b] } = this.#normalisation;
    for (let x = 0; x < width; x++) {
      const at = start + offsets[x]!;
      row[x] = u * data[at]! + r;
      row[width + x] = v * data[at + green]! + g;
      row[2 * width + x] = w * data[at + blue]! + b;
    }
    return row;
  }
}
