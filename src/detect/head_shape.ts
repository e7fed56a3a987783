/**
 * Shape of one level's head for one image.
 *
 * @param depth Anchors per cell times channels.
 * @returns `[depth, H, W]` or `[H, W, depth]`; a side is null where it is not known yet.
 */
export function headShape<Side extends number | null>(
  layout: "nchw" | "nhwc",
  depth: number,
  height: Side,
  width: Side,
): (number | Side)[] {
  return layout === "nchw" ? [depth, height, width] : [height, width, depth];
}
