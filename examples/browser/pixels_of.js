/** Draws the current frame of a video, or a bitmap, on a new canvas. */
export function canvasOf(source) {
  const canvas = new OffscreenCanvas(
    source.videoWidth ?? source.width,
    source.videoHeight ?? source.height,
  );
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0);
  return canvas;
}

/** Returns the pixels of the current frame of a video, or of a bitmap, for `detect()`. */
export function pixelsOf(source) {
  const canvas = canvasOf(source);
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
}
