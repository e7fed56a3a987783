/** Hues of the everyday8 classes: an apple is red, a banana yellow. */
const HUES = [235, 150, 335, 190, 300, 22, 100, 60];

/** Returns a light colour for a class; dark text on it is easy to read. */
export function colourOf(classId) {
  const hue = HUES[classId] ?? (classId * 137.5) % 360;
  return `oklch(0.82 0.15 ${hue})`;
}
