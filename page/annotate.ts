import { classColour } from "../src/core/palette.ts";
import type { Size } from "../src/core/size.ts";
import { type CaptionPlace, placeCaption } from "../src/draw/place_caption.ts";
import type { Detection } from "../src/ports/detector.ts";
import { toBlob } from "./convert.ts";
import { percent } from "./elements.ts";

/**
 * Draws a photo with its boxes, in the pixels of the photo.
 *
 * @param photo Photo as the page shows it.
 * @param detections Detections, best first.
 * @param image Size of the image to which the boxes belong. The photo may be a smaller copy of it.
 * @param type Media type of the file.
 * @returns Encoded image, or null if the browser cannot encode it.
 */
export async function annotate(
  photo: HTMLImageElement,
  detections: readonly Detection[],
  image: Size,
  type: string,
): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = photo.naturalWidth;
  canvas.height = photo.naturalHeight;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.drawImage(photo, 0, 0);
  const line = Math.max(2, Math.max(canvas.width, canvas.height) / 320);
  const letters = Math.max(12, line * 6);
  context.font = `600 ${letters}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  // Better boxes choose the places of their captions first, and are drawn last, on top of others.
  const places: CaptionPlace[] = [];
  const scaled = detections.map((each) => scaleBox(each, canvas.width / image.width));
  for (const { box, ...named } of scaled) {
    const width = context.measureText(captionOf(named)).width + letters * 0.8;
    places.push(placeCaption(box, { width, height: letters * 1.5 }, canvas, places));
  }
  for (const detection of scaled.toReversed()) drawBox(context, detection, line);
  for (const [i, detection] of [...scaled.entries()].toReversed()) {
    drawCaption(context, detection, places[i]!, letters);
  }
  return await toBlob(canvas, type === "image/png" ? type : "image/jpeg", 0.92);
}

function scaleBox(detection: Detection, ratio: number): Detection {
  const { xmin, ymin, xmax, ymax } = detection.box;
  const box = { xmin: xmin * ratio, ymin: ymin * ratio, xmax: xmax * ratio, ymax: ymax * ratio };
  return { ...detection, box };
}

function drawBox(context: CanvasRenderingContext2D, detection: Detection, line: number): void {
  const { box: { xmin, ymin, xmax, ymax }, classId } = detection;
  // A dark line below the coloured one keeps the box visible on a photo of its own colour.
  const lines = [["rgb(0 0 0 / 0.6)", line * 1.8], [classColour(classId).fill, line]] as const;
  for (const [style, width] of lines) {
    context.strokeStyle = style;
    context.lineWidth = width;
    context.strokeRect(xmin, ymin, xmax - xmin, ymax - ymin);
  }
}

function drawCaption(
  context: CanvasRenderingContext2D,
  detection: Detection,
  { left, top, width, height }: CaptionPlace,
  letters: number,
): void {
  const { fill, text } = classColour(detection.classId);
  context.fillStyle = fill;
  context.fillRect(left, top, width, height);
  context.fillStyle = text;
  context.fillText(captionOf(detection), left + letters * 0.4, top + height / 2);
}

function captionOf({ label, score }: Pick<Detection, "label" | "score">): string {
  return `${label} ${percent(score)}`;
}
