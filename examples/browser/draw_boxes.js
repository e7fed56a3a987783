import { colourOf } from "./colour_of.js";

/**
 * Draws detections over an image of whatever size: edges are parts of the image's own, so that
 * boxes and labels stay crisp and need no redrawing when the window changes.
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
  // The best ones lie on top, and choose first where their labels go.
  overlay.replaceChildren(...boxes.toReversed());
  const taken = [];
  for (const element of boxes) placeLabel(element, overlay.getBoundingClientRect(), taken);
  return boxes;
}

/** Above the box, inside or below, rightward or leftward: where a label covers no other one. */
const PLACES = [[], ["leftward"], ["inside"], ["below"], ["below", "leftward"]];

function placeLabel(element, room, taken) {
  for (const place of PLACES) {
    element.className = ["box", ...place].join(" ");
    const label = element.firstChild.getBoundingClientRect();
    if (!isWithin(label, room) || taken.some((other) => overlap(label, other))) continue;
    taken.push(label);
    return;
  }
  // It shows once its box is pointed out.
  element.className = "box inside nowhere";
}

function isWithin(label, room) {
  // What is rounded away is no reason to move.
  return label.left >= room.left - 3 && label.right <= room.right + 3 &&
    label.top >= room.top - 1 && label.bottom <= room.bottom + 1;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function percent(part) {
  return `${part * 100}%`;
}
