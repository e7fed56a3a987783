import type { Size } from "../core/size.ts";
import type { UprightView } from "./upright_view.ts";

/**
 * Copies an image into opaque RGBA pixels of a smaller size. Each new pixel is the mean of the
 * source pixels that it covers.
 *
 * @param view Image with the EXIF orientation applied. Alpha is ignored.
 * @param size Size of the copy, at most the size of the image.
 *
 * @example
 * ```ts
 * import { scaledCanvas } from "./scaled_canvas.ts";
 * import { uprightView } from "./upright_view.ts";
 *
 * const size = { width: 2, height: 1 };
 * const stored = { data: Uint8Array.of(1, 3), ...size, channels: 1, reduction: 1 } as const;
 * const { data } = scaledCanvas(uprightView(stored, 1), { width: 1, height: 1 });
 * if (data.join() !== "2,2,2,255") throw new Error(data.join());
 * ```
 */
export function scaledCanvas(
  view: UprightView,
  { width, height }: Size,
): Size & { readonly data: Uint8Array } {
  const { data, offset, stepX, stepY, channels } = view;
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  const out = new Uint8Array(4 * width * height);
  if (width === view.width && height === view.height) {
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0, at = offset + y * stepY; x < width; x++, at += stepX, to += 4) {
        out[to] = data[at]!;
        out[to + 1] = data[at + green]!;
        out[to + 2] = data[at + blue]!;
        out[to + 3] = 255;
      }
    }
    return { data: out, width, height };
  }
  const columns = spans(view.width, width);
  const rows = spans(view.height, height);
  for (let y = 0, to = 0; y < height; y++) {
    const [top, bottom] = [rows[y]!, Math.max(rows[y]! + 1, rows[y + 1]!)];
    for (let x = 0; x < width; x++, to += 4) {
      const [left, right] = [columns[x]!, Math.max(columns[x]! + 1, columns[x + 1]!)];
      let [sumRed, sumGreen, sumBlue] = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const at = offset + column * stepX + row * stepY;
          sumRed += data[at]!;
          sumGreen += data[at + green]!;
          sumBlue += data[at + blue]!;
        }
      }
      const count = (bottom - top) * (right - left);
      out[to] = Math.round(sumRed / count);
      out[to + 1] = Math.round(sumGreen / count);
      out[to + 2] = Math.round(sumBlue / count);
      out[to + 3] = 255;
    }
  }
  return { data: out, width, height };
}

/**
 * Returns the index of the first source pixel for each new pixel on one axis. The last number is
 * the end of the axis.
 */
function spans(from: number, to: number): Uint32Array {
  return Uint32Array.from({ length: to + 1 }, (_, i) => Math.floor(i * from / to));
}
