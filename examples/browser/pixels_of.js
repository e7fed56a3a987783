/** A canvas with a video's frame, or with a bitmap. */
export function canvasOf(source) {
  const canvas = new OffscreenCanvas(
    source.videoWidth ?? source.width,
    source.videoHeight ?? source.height,
  );
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0);
  return canvas;
}

/** The pixels of a video's frame, or of a bitmap, as a detector takes them. */
export function pixelsOf(source) {
  const canvas = canvasOf(source);
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
}
