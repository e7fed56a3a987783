/**
 * Computes how much of each pixel the outlines of letters cover, for text with smooth edges.
 *
 * Each line of an outline adds changes of coverage to the pixels that it crosses. The coverage of a
 * pixel is the sum of all changes from the start of the row to this pixel. Source: Levien, "Inside
 * the fastest font renderer in the world", 2016.
 */
export class Coverage {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /**
   * Changes of coverage, row by row. Each row has two more columns than pixels, for lines at the
   * end of the row.
   */
  readonly #changes: Float32Array;
  readonly #stride: number;

  /** Creates an empty area of `width` x `height` pixels. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#stride = width + 2;
    this.#changes = new Float32Array(this.#stride * height);
  }

  /** Adds a line of a closed outline. Clips the line to the area of the pixels. */
  addLine(fromX: number, fromY: number, toX: number, toY: number): void {
    if (fromY === toY) return;
    const isDown = fromY < toY;
    const [startX, startY] = isDown ? [fromX, fromY] : [toX, toY];
    const [endX, endY] = isDown ? [toX, toY] : [fromX, fromY];
    const slope = (endX - startX) / (endY - startY);
    const last = Math.min(this.height, Math.ceil(endY));
    for (let row = Math.max(0, Math.floor(startY)); row < last; row++) {
      const top = Math.max(row, startY);
      const bottom = Math.min(row + 1, endY);
      const change = isDown ? bottom - top : top - bottom;
      const a = this.#clip(startX + (top - startY) * slope);
      const b = this.#clip(startX + (bottom - startY) * slope);
      this.#addRow(row * this.#stride, Math.min(a, b), Math.max(a, b), change);
    }
  }

  /** Calls a function with each covered pixel and its coverage, 0 to 1. */
  forEach(visit: (x: number, y: number, coverage: number) => void): void {
    for (let y = 0; y < this.height; y++) {
      let sum = 0;
      for (let x = 0; x < this.width; x++) {
        sum += this.#changes[y * this.#stride + x]!;
        const coverage = Math.min(1, Math.abs(sum));
        if (coverage > 0.002) visit(x, y, coverage);
      }
    }
  }

  #clip(x: number): number {
    return Math.max(0, Math.min(this.width, x));
  }

  /**
   * Adds the part of a line that lies in one row of pixels.
   *
   * @param at Index in `#changes` of the first pixel of the row.
   * @param left Smaller x coordinate of the line's two ends in the row.
   * @param right Larger x coordinate of the line's two ends in the row.
   * @param change Change of y along the line, within the row. Negative if the line goes up.
   */
  #addRow(at: number, left: number, right: number, change: number): void {
    const first = Math.floor(left);
    const last = Math.max(first + 1, Math.ceil(right));
    const slope = right === left ? 0 : 1 / (right - left);
    let before = 0;
    for (let x = first; x < last; x++) {
      // Share of the pixel `x` that lies to the right of the line.
      const covered = slope === 0 ? first + 1 - left : areaUpTo(x + 1, left, right, slope);
      this.#changes[at + x]! += change * (covered - before);
      before = covered;
    }
    this.#changes[at + last]! += change * (1 - before);
  }
}

/** Returns the share of a pixel to the right of a line. `x` is the right edge of the pixel. */
function areaUpTo(x: number, left: number, right: number, slope: number): number {
  const integral = (to: number) => {
    const inside = Math.max(0, Math.min(to, right) - left);
    return inside * inside * slope / 2 + Math.max(0, to - right);
  };
  return integral(x) - integral(x - 1);
}
