import { classColour } from "../src/core/palette.ts";
import type { Size } from "../src/core/size.ts";
import type { Detection } from "../src/ports/detector.ts";
import { element, percent } from "./elements.ts";

/**
 * Draws detections over an image.
 *
 * Edges are percentages of the image, so boxes need no redrawing when the window changes, and
 * borders are sharp on every screen.
 *
 * @param detections Detections, best first.
 * @param image Size of the image, pixels.
 * @returns Elements of the boxes, in the order of the detections.
 */
export function drawBoxes(
  overlay: HTMLElement,
  detections: readonly Detection[],
  { width, height }: Size,
): HTMLElement[] {
  const boxes = detections.map(({ label, score, classId, box }) => {
    const drawn = element("div", "box", element("span", "", `${label} ${percent(score)}`));
    colour(drawn, classId);
    drawn.style.left = share(box.xmin / width);
    drawn.style.top = share(box.ymin / height);
    drawn.style.width = share((box.xmax - box.xmin) / width);
    drawn.style.height = share((box.ymax - box.ymin) / height);
    return drawn;
  });
  // The best detections are on top and choose the places of their labels first.
  overlay.replaceChildren(...boxes.toReversed());
  placeLabels(overlay, boxes);
  return boxes;
}

/** Sets the colours of a class on an element and its children. */
export function colour(target: HTMLElement, classId: number): void {
  const { fill, text } = classColour(classId);
  target.style.setProperty("--fill", fill);
  target.style.setProperty("--on-fill", text);
}

/** Places of a label, in order of preference: the first that covers no other label is used. */
const PLACES: readonly (readonly string[])[] = [
  ...[[], ["leftward"], ["inside"], ["below"], ["below", "leftward"]],
];

/** Finds a place for each label. Labels keep their size, so a new window size needs new places. */
export function placeLabels(overlay: HTMLElement, boxes: readonly HTMLElement[]): void {
  const room = overlay.getBoundingClientRect();
  const taken: DOMRect[] = [];
  for (const box of boxes) {
    const label = labelPlace(box, room, taken);
    if (label === null) box.className = "box inside nowhere";
    else taken.push(label);
  }
}

/** Moves a label to its first free place. Returns null if there is none. */
function labelPlace(box: HTMLElement, room: DOMRect, taken: readonly DOMRect[]): DOMRect | null {
  for (const place of PLACES) {
    box.className = ["box", ...place].join(" ");
    const label = box.firstElementChild!.getBoundingClientRect();
    if (isWithin(label, room) && !taken.some((other) => overlap(label, other))) return label;
  }
  return null;
}

function isWithin(label: DOMRect, room: DOMRect): boolean {
  // Tolerates rounding of a few pixels.
  return label.left >= room.left - 3 && label.right <= room.right + 3 &&
    label.top >= room.top - 1 && label.bottom <= room.bottom + 1;
}

function overlap(a: DOMRect, b: DOMRect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function share(part: number): string {
  return `${part * 100}%`;
}
