/** RGBA pixels that can be drawn on. */
export interface Canvas {
  /** Red, green, blue and alpha of each pixel, row by row. 0 to 255, not premultiplied. */
  readonly data: Uint8Array;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Colour: red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Returns a canvas whose pixels are all transparent. */
export function transparentCanvas(width: number, height: number): Canvas {
  return { data: new Uint8Array(4 * width * height), width, height };
}

/**
 * Fills a rectangle with a colour. Ignores the part of the rectangle outside the canvas.
 *
 * @param alpha Opacity, 0 to 1.
 */
export function fillRectangle(
  canvas: Canvas,
  left: number,
  top: number,
  right: number,
  bottom: number,
  colour: Colour,
  alpha = 1,
): void {
  const [x0, x1] = [Math.max(0, Math.round(left)), Math.min(canvas.width, Math.round(right))];
  const [y0, y1] = [Math.max(0, Math.round(top)), Math.min(canvas.height, Math.round(bottom))];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) blend(canvas.data, 4 * (y * canvas.width + x), colour, alpha);
  }
}

/**
 * Blends a colour over the pixel at the index `at` of `data` (Porter and Duff, "source over").
 *
 * @param alpha Opacity of the colour, 0 to 1.
 */
export function blend(
  data: Uint8Array,
  at: number,
  [red, green, blue]: Colour,
  alpha: number,
): void {
  const below = data[at + 3]! / 255 * (1 - alpha);
  const sum = alpha + below;
  if (sum === 0) return;
  data[at] = Math.round((red * alpha + data[at]! * below) / sum);
  data[at + 1] = Math.round((green * alpha + data[at + 1]! * below) / sum);
  data[at + 2] = Math.round((blue * alpha + data[at + 2]! * below) / sum);
  data[at + 3] = Math.round(255 * sum);
}
