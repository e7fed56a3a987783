import type { ResamplingRule } from "./row_passes.ts";
import type { UprightView } from "./upright_view.ts";

/** Reads and normalises the rows of an image that already has the size of the output. */
export class RowCopier {
  readonly #view: UprightView;
  /** One weight of 1 for each output pixel along x and along y. */
  readonly #rule: ResamplingRule;
  /** Byte offset of each output column within a row of the image. */
  readonly #offsets: Int32Array;
  /** `[3, columns]` current output row. */
  readonly #row: Float32Array;

  /**
   * Creates a reader of rows.
   *
   * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
   */
  constructor(view: UprightView, rule: ResamplingRule) {
    const { columns } = rule;
    this.#view = view;
    this.#rule = rule;
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
    const { rows, gains: [u, v, w], biases: [r, g, b] } = this.#rule;
    const start = offset + rows.start[y]! * stepY;
    const width = offsets.length;
    const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
    for (let x = 0; x < width; x++) {
      const at = start + offsets[x]!;
      row[x] = u * data[at]! + r;
      row[width + x] = v * data[at + green]! + g;
      row[2 * width + x] = w * data[at + blue]! + b;
    }
    return row;
  }
}
