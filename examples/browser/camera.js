import { canvasOf } from "./pixels_of.js";

/** Shows the camera image in `video`; on a phone that of the back camera. */
export async function openCamera(video) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 } },
  });
  const close = () => stream.getTracks().forEach((track) => track.stop());
  try {
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    close();
    throw error;
  }
  return {
    close,
    /** Returns the current frame as a JPEG file. */
    take: () => canvasOf(video).convertToBlob({ type: "image/jpeg", quality: 0.95 }),
  };
}
