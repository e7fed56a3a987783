import { classColour } from "../src/core/palette.ts";
import type { Detection } from "../src/ports/detector.ts";
import { toBlob } from "./convert.ts";
import { percent } from "./elements.ts";

/**
 * Draws a photo with its boxes, in the pixels of the photo.
 *
 * @param photo Photo as the page shows it.
 * @param detections Detections, best first.
 * @param type Media type of the file.
 * @returns Encoded image, or null if the browser cannot encode it.
 */
export async function annotate(
  photo: HTMLImageElement,
  detections: readonly Detection[],
  type: string,
): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  canvas.width = photo.naturalWidth;
  canvas.height = photo.naturalHeight;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.drawImage(photo, 0, 0);
  // The best box is drawn last, on top of the others.
  for (const detection of detections.toReversed()) drawDetection(context, detection);
  return await toBlob(canvas, type === "image/png" ? type : "image/jpeg", 0.92);
}

function drawDetection(context: CanvasRenderingContext2D, detection: Detection): void {
  const { box: { xmin, ymin, xmax, ymax }, label, score, classId } = detection;
  const { width, height } = context.canvas;
  const { fill, text } = classColour(classId);
  const line = Math.max(2, Math.max(width, height) / 320);
  const size = Math.max(12, line * 6);
  // A dark line below the coloured one keeps the box visible on a photo of its own colour.
  for (const [style, extra] of [["rgb(0 0 0 / 0.6)", line * 0.8], [fill, 0]] as const) {
    context.strokeStyle = style;
    context.lineWidth = line + extra;
    context.strokeRect(xmin, ymin, xmax - xmin, ymax - ymin);
  }
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textBaseline = "middle";
  const caption = `${label} ${percent(score)}`;
  const [wide, high] = [context.measureText(caption).width + size * 0.8, size * 1.5];
  const x = Math.max(0, Math.min(xmin - line / 2, width - wide));
  const y = ymin >= high ? ymin - high : Math.min(Math.max(0, ymin), height - high);
  context.fillStyle = fill;
  context.fillRect(x, y, wide, high);
  context.fillStyle = text;
  context.fillText(caption, x + size * 0.4, y + high / 2);
}
