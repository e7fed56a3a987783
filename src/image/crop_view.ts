import type { Size } from "../core/size.ts";
import type { SourceWindow } from "../core/source_window.ts";
import { decodedLength, startOf, type UprightView } from "./upright_view.ts";

/**
 * Returns a view of a part of an image, without copying pixels.
 *
 * If the image was decoded at a reduced scale, the edges of the part may lie inside decoded pixels.
 * The view then contains these pixels, and `startX` and `startY` tell where the part begins.
 *
 * @param source Size of the image in source pixels.
 * @param window Part of the image in whole source pixels. The part must lie inside the image.
 *
 * @example
 * ```ts
 * import { cropView } from "./crop_view.ts";
 * import { uprightView } from "./upright_view.ts";
 *
 * const size = { width: 3, height: 1 };
 * const pixels = { data: Uint8Array.of(10, 20, 30), ...size, channels: 1, reduction: 1 } as const;
 * const window = { left: 1, top: 0, width: 2, height: 1 };
 * const { data, offset, width } = cropView(uprightView(pixels, 1), size, window);
 * if (data[offset] !== 20) throw new Error(`first pixel is ${data[offset]}`);
 * if (width !== 2) throw new Error(`width is ${width}`);
 * ```
 */
export function cropView(view: UprightView, source: Size, window: SourceWindow): UprightView {
  if (window.width === source.width && window.height === source.height) return view;
  const x = cropAxis(view, "width", source.width, window.left, window.width);
  const y = cropAxis(view, "height", source.height, window.top, window.height);
  return {
    ...view,
    offset: view.offset + x.first * view.stepX + y.first * view.stepY,
    width: x.count,
    height: y.count,
    startX: x.start,
    startY: y.start,
  };
}

/** Part of an axis, in decoded pixels. */
interface AxisPart {
  /** Index of the first pixel that the part touches. */
  readonly first: number;
  /** Number of pixels that the part touches. */
  readonly count: number;
  /** Position of the part's edge in the first pixel, 0 to 1. */
  readonly start: number;
}

function cropAxis(
  view: UprightView,
  side: "width" | "height",
  sourceLength: number,
  from: number,
  length: number,
): AxisPart {
  const pixels = decodedLength(view, side, sourceLength);
  const reduction = view.reduction ?? sourceLength / pixels;
  const begin = startOf(view, side, pixels) + from / reduction;
  const first = Math.floor(begin);
  const end = Math.min(view[side], Math.ceil(begin + length / reduction));
  return { first, count: end - first, start: begin - first };
}
