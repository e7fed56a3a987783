import type { ResamplingRule, RowPasses } from "../image/row_passes.ts";
import type { UprightView } from "../image/upright_view.ts";
import { ROWS_WASM } from "./rows_wasm.ts";

/** Exports of the module, documented in `wasm/rows/rows.c`. Numbers for memory are addresses. */
interface RowsExports {
  readonly memory: WebAssembly.Memory;
  /** Address of the first free byte. */
  readonly __heap_base: WebAssembly.Global;
  resampleLine(
    pixels: number,
    step: number,
    offsets: number,
    weights: number,
    taps: number,
    columns: number,
    rounds: number,
    line: number,
  ): void;
  combineLines(
    lines: number,
    weights: number,
    taps: number,
    columns: number,
    rounds: number,
    gains: number,
    biases: number,
    row: number,
  ): void;
}

/** Numbers per pixel of a line: red, green, blue and one that is ignored. */
const LANES = 4;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const PAGE = 65_536;
/**
 * Maximum bytes of memory for a resampling, enough for rows of 20,000 pixels. The memory never
 * shrinks, so that a single very large row would occupy it for ever.
 */
const MAX_BYTES = 4_194_304;

/** The instance that all resamplings use. Null: this runtime cannot run the module. */
let shared: RowsExports | null | undefined;
/** Number of resamplings so far. Only the last one may use the memory of the instance. */
let resamplings = 0;

/**
 * Creates the passes in WebAssembly with vectors, in half the time of those in TypeScript. Only the
 * passes that were created last can be used, because all share one memory.
 *
 * @param view Pixels with the EXIF orientation applied. An alpha channel is ignored.
 * @returns Undefined if this runtime cannot run them, or if the rows are too large.
 */
export function vectorRowPasses(view: UprightView, rule: ResamplingRule): RowPasses | undefined {
  if (shared === undefined) shared = instantiate();
  if (shared === null) return undefined;
  const layout = layoutOf(view, rule, shared.__heap_base.value as number);
  if (!holds(shared.memory, layout.end)) return undefined;
  return new VectorRowPasses(view, rule, layout, shared);
}

/**
 * Returns null if the runtime has no vectors, or compiles no WebAssembly while it runs, as Cloudflare
 * Workers.
 */
function instantiate(): RowsExports | null {
  try {
    const bytes = Uint8Array.from(atob(ROWS_WASM), (character) => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    return exports as unknown as RowsExports;
  } catch {
    return null;
  }
}

/** Returns true if the memory has so many bytes, or could be enlarged to them. */
function holds(memory: WebAssembly.Memory, bytes: number): boolean {
  if (bytes > MAX_BYTES) return false;
  const missing = bytes - memory.buffer.byteLength;
  try {
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return true;
  } catch {
    return false; // the system has no more memory
  }
}

/** Addresses in the memory of the instance. */
interface Layout {
  /** `[columns, columns.taps]` weights along x. */
  readonly columnWeights: number;
  /** `[rows, rows.taps]` weights along y. */
  readonly rowWeights: number;
  /** `[rows.taps, columns, 4]` ring buffer. */
  readonly ring: number;
  /** `[4]` gains of the colours. */
  readonly gains: number;
  /** `[4]` biases of the colours. */
  readonly biases: number;
  /** `[3, columns]` current output row. */
  readonly row: number;
  /** `[columns]` byte offsets of the first pixel of each output column. */
  readonly offsets: number;
  /** `[rows.taps]` addresses of lines. */
  readonly lines: number;
  /** Bytes of the current row of the image, as far as it is resampled. */
  readonly pixels: number;
  /** End of the pixels, and of the used memory. */
  readonly end: number;
}

function layoutOf(view: UprightView, { columns, rows }: ResamplingRule, base: number): Layout {
  const width = columns.start.length;
  const columnWeights = Math.ceil(base / DOUBLE) * DOUBLE;
  const rowWeights = columnWeights + columns.weights.byteLength;
  const ring = rowWeights + rows.weights.byteLength;
  const gains = ring + rows.taps * width * LANES * DOUBLE;
  const biases = gains + LANES * DOUBLE;
  const row = biases + LANES * DOUBLE;
  const offsets = row + 3 * width * FLOAT;
  const lines = offsets + columns.start.byteLength;
  const pixels = lines + rows.taps * Int32Array.BYTES_PER_ELEMENT;
  // The module reads four bytes per pixel.
  return {
    ...{ columnWeights, rowWeights, ring, gains, biases, row, offsets, lines, pixels },
    end: pixels + 4 * view.width + 1,
  };
}

class VectorRowPasses implements RowPasses {
  readonly #view: UprightView;
  readonly #rule: ResamplingRule;
  readonly #layout: Layout;
  readonly #exports: RowsExports;
  /** Column of the image from which pixels are resampled. */
  readonly #left: number;
  /** Number of pixels of a row that are resampled. */
  readonly #count: number;
  /** True if the bytes of a row can be copied as they are. */
  readonly #isStraight: boolean;
  /** Number of this resampling. */
  readonly #resampling = ++resamplings;
  readonly #bytes: Uint8Array;
  /** `[rows.taps]` addresses of lines. */
  readonly #lines: Int32Array;
  /** `[3, columns]` current output row. */
  readonly #row: Float32Array;

  constructor(view: UprightView, rule: ResamplingRule, layout: Layout, exports: RowsExports) {
    const { columns, rows } = rule;
    const { memory } = exports;
    this.#view = view;
    this.#rule = rule;
    this.#layout = layout;
    this.#exports = exports;
    this.#left = columns.start[0]!;
    this.#count = columns.start.at(-1)! + columns.taps - this.#left;
    this.#isStraight = view.stepX === view.channels && view.channels > 1;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#lines = new Int32Array(memory.buffer, layout.lines, rows.taps);
    this.#row = new Float32Array(memory.buffer, layout.row, 3 * columns.start.length);
    const offsets = new Int32Array(memory.buffer, layout.offsets, columns.start.length);
    offsets.set(columns.start.map((x) => (x - this.#left) * this.#step));
    new Float64Array(memory.buffer, layout.columnWeights).set(columns.weights);
    new Float64Array(memory.buffer, layout.rowWeights).set(rows.weights);
    new Float64Array(memory.buffer, layout.gains).set([...rule.gains, 0]);
    new Float64Array(memory.buffer, layout.biases).set([...rule.biases, 0]);
  }

  resampleLine(y: number, slot: number): void {
    this.#checkCurrent();
    this.#copyPixels(y);
    const { columns: { taps, start }, rounds } = this.#rule;
    const { pixels, offsets, columnWeights } = this.#layout;
    this.#exports.resampleLine(
      pixels,
      this.#step,
      offsets,
      columnWeights,
      taps,
      start.length,
      Number(rounds),
      this.#lineAt(slot),
    );
  }

  combineLines(y: number, slots: Int32Array): Float32Array {
    this.#checkCurrent();
    for (let tap = 0; tap < slots.length; tap++) this.#lines[tap] = this.#lineAt(slots[tap]!);
    const { rows: { taps }, columns: { start }, rounds } = this.#rule;
    const { lines, rowWeights, gains, biases, row } = this.#layout;
    this.#exports.combineLines(
      lines,
      rowWeights + y * taps * DOUBLE,
      taps,
      start.length,
      Number(rounds),
      gains,
      biases,
      row,
    );
    return this.#row;
  }

  /** Bytes per pixel of the copied row. */
  get #step(): number {
    return this.#isStraight ? this.#view.channels : 3;
  }

  /** Returns the address of a line of the ring buffer. */
  #lineAt(slot: number): number {
    return this.#layout.ring + slot * this.#rule.columns.start.length * LANES * DOUBLE;
  }

  /** Copies the resampled part of row `y` of the image to the memory of the instance, as RGB. */
  #copyPixels(y: number): void {
    const { data, offset, stepX, stepY, channels } = this.#view;
    const bytes = this.#bytes;
    let to = this.#layout.pixels;
    let at = offset + y * stepY + this.#left * stepX;
    if (this.#isStraight) return bytes.set(data.subarray(at, at + this.#count * channels), to);
    const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
    for (let x = 0; x < this.#count; x++, at += stepX, to += 3) {
      bytes[to] = data[at]!;
      bytes[to + 1] = data[at + green]!;
      bytes[to + 2] = data[at + blue]!;
    }
  }

  #checkCurrent(): void {
    if (this.#resampling !== resamplings) {
      throw new TypeError("Cannot resample: another resampling has begun");
    }
  }
}
