/** Longer side of an uploaded photo, pixels. The models read fewer. */
const LONGER_SIDE = 1280;

/**
 * Returns the side to which a photo is resized, or null if the photo is small enough as it is. The
 * other side follows from the shape of the photo.
 *
 * @param size Size of the upright photo, with the EXIF orientation applied.
 */
export function uploadSize(
  { width, height }: { readonly width: number; readonly height: number },
): { readonly width: number } | { readonly height: number } | null {
  if (Math.max(width, height) <= LONGER_SIDE) return null;
  return width >= height ? { width: LONGER_SIDE } : { height: LONGER_SIDE };
}
