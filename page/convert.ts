/** Longest side of a converted photo, pixels. */
const LONGEST_SIDE = 3000;

/** Codes of problems that a smaller or converted copy of the photo can avoid. */
const CONVERTED: readonly string[] = [
  ...["too-many-bytes", "too-many-pixels", "unsupported-format"],
];

/** Returns true if the server may accept a converted copy of an image that it refused. */
export function helpsToConvert(error: unknown): boolean {
  return error instanceof Error && "code" in error && CONVERTED.includes(String(error.code));
}

/**
 * Converts an image that this browser can show to an upright JPEG of a moderate size.
 *
 * @returns The JPEG, or null if the browser cannot show the image.
 */
export async function convert(image: Blob): Promise<Blob | null> {
  const bitmap = await createImageBitmap(image, { imageOrientation: "from-image" })
    .catch(() => null);
  if (bitmap === null) return null;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return await toBlob(canvas, "image/jpeg", 0.92);
}

/** Encodes a canvas. Resolves to null if the browser cannot, for example for want of memory. */
export function toBlob(
  canvas: HTMLCanvasElement,
  type: string,
  quality?: number,
): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
