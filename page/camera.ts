import { toBlob } from "./convert.ts";

/** Open camera. */
export interface Camera {
  /** Stops the camera. */
  close(): void;
  /** Returns the current frame as a JPEG file. */
  take(): Promise<Blob>;
  /** Returns the pixels of the current frame. */
  pixels(): ImageData;
}

/** What to do if the camera cannot be opened, by the name of the error of `getUserMedia()`. */
const REMEDIES: Readonly<Record<string, string>> = {
  NotFoundError: "No camera was found. Choose a photo instead.",
  NotAllowedError: "The camera is not allowed. Allow it for this page, or choose a photo.",
  NotReadableError: "Another program uses the camera. Close it, or choose a photo.",
};

/**
 * Shows the camera image in `video`; on a phone that of the back camera.
 *
 * @throws {Error} If there is no camera, or the page may not use it.
 */
export async function openCamera(video: HTMLVideoElement): Promise<Camera> {
  const constraints = { video: { facingMode: "environment", width: { ideal: 1280 } } };
  const stream = await navigator.mediaDevices.getUserMedia(constraints).catch((error: Error) => {
    throw new Error(REMEDIES[error.name] ?? error.message, { cause: error });
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
    async take() {
      const photo = await toBlob(frameOf(video).canvas, "image/jpeg", 0.95);
      if (photo === null) throw new Error("This browser cannot save the photo");
      return photo;
    },
    pixels() {
      const context = frameOf(video);
      return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
    },
  };
}

/** True if pages may ask for the camera image: over HTTPS, or on this machine. */
export const HAS_CAMERA: boolean = "mediaDevices" in navigator;

/** True for phones and tablets, whose own camera app takes better photos than a page. */
export const IS_PHONE: boolean = matchMedia("(pointer: coarse)").matches;

function frameOf(video: HTMLVideoElement): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("This browser has no canvas");
  context.drawImage(video, 0, 0);
  return context;
}
