import { colourOf } from "./colour_of.js";

/**
 * Draws detections over an image.
 *
 * Edges are percentages of the image, so boxes and labels need no redrawing when the window changes.
 *
 * @returns The elements, in the order of the detections.
 */
export function drawBoxes(overlay, detections, { width, height }) {
  const boxes = detections.map(({ label, score, classId, box }) => {
    const element = document.createElement("div");
    element.className = "box";
    element.style.setProperty("--colour", colourOf(classId));
    element.style.left = percent(box.xmin / width);
    element.style.top = percent(box.ymin / height);
    element.style.width = percent((box.xmax - box.xmin) / width);
    element.style.height = percent((box.ymax - box.ymin) / height);
    const name = document.createElement("span");
    name.textContent = `${label} ${Math.round(score * 100)} %`;
    element.append(name);
    return element;
  });
  // The best detections are on top and choose the places of their labels first.
  overlay.replaceChildren(...boxes.toReversed());
  const taken = [];
  for (const element of boxes) placeLabel(element, overlay.getBoundingClientRect(), taken);
  return boxes;
}

/** Places of a label, in order of preference: the first that covers no other label is used. */
const PLACES = [[], ["leftward"], ["inside"], ["below"], ["below", "leftward"]];

function placeLabel(element, room, taken) {
  for (const place of PLACES) {
    element.className = ["box", ...place].join(" ");
    const label = element.firstChild.getBoundingClientRect();
    if (!isWithin(label, room) || taken.some((other) => overlap(label, other))) continue;
    taken.push(label);
    return;
  }
  // There is no room: the label shows while its box is highlighted.
  element.className = "box inside nowhere";
}

function isWithin(label, room) {
  // Tolerates rounding of a few pixels.
  return label.left >= room.left - 3 && label.right <= room.right + 3 &&
    label.top >= room.top - 1 && label.bottom <= room.bottom + 1;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function percent(part) {
  return `${part * 100}%`;
}
