/** Hues for the everyday model's classes: an apple is red, a banana yellow. */
const HUES = [235, 150, 335, 190, 300, 22, 100, 60];

/** A light colour for each class, on which dark letters are easy to read. */
export function colourOf(classId) {
  const hue = HUES[classId] ?? (classId * 137.5) % 360;
  return `oklch(0.82 0.15 ${hue})`;
}
