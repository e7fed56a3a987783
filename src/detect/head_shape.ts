/**
 * Shape of one level's head, batch first.
 *
 * @param depth Anchors per cell times channels.
 * @returns `[1, depth, H, W]` or `[1, H, W, depth]`; a side is null where it is not known yet.
 */
export function headShape<Side extends number | null>(
  layout: "nchw" | "nhwc",
  depth: number,
  height: Side,
  width: Side,
): (number | Side)[] {
  return layout === "nchw" ? [1, depth, height, width] : [1, height, width, depth];
}
