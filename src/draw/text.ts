import glyphs from "./font/glyphs.json" with { type: "json" };
import { blend, type Canvas, type Colour } from "./canvas.ts";
import { Coverage } from "./coverage.ts";

/** Number of units of the letter outlines per em (letter size). */
const UNITS = 512;

/** Height of capital letters, as a fraction of the letter size (em). */
const CAPITALS = 0.73;

/** Number of straight lines into which each curve of a letter is split. */
const STEPS = 6;

/**
 * Letter of the font. `advance` is the distance to the next letter, and `commands` draw the
 * outline. The unit is em (letter size), and y points up.
 */
interface Glyph {
  readonly advance: number;
  readonly commands: readonly (readonly [command: string, numbers: readonly number[]])[];
}

const OUTLINES: Readonly<Record<string, string>> = glyphs;

/** Cache of parsed letters. The key is the character. */
const parsed = new Map<string, Glyph>();

/**
 * Draws a text in one line, in the font of this project. The font has Latin, Greek and Cyrillic
 * letters. For any other character, the replacement character U+FFFD is drawn.
 *
 * @param left Left edge of the text, in pixels.
 * @param middle Vertical middle of the capital letters, in pixels.
 * @param size Size of the letters, in pixels per em.
 */
export function drawText(
  canvas: Canvas,
  text: string,
  left: number,
  middle: number,
  size: number,
  colour: Colour,
): void {
  const [x0, y0] = [Math.floor(left - size), Math.floor(middle - size)];
  const coverage = new Coverage(Math.ceil(textWidth(text, size) + 2 * size), Math.ceil(2 * size));
  const baseline = middle - y0 + size * CAPITALS / 2;
  let x = left - x0;
  for (const glyph of glyphsOf(text)) {
    addGlyph(coverage, glyph, x, Math.round(baseline), size);
    x += glyph.advance * size;
  }
  coverage.forEach((column, row, alpha) => {
    const [px, py] = [x0 + column, y0 + row];
    if (px < 0 || py < 0 || px >= canvas.width || py >= canvas.height) return;
    blend(canvas.data, 4 * (py * canvas.width + px), colour, alpha);
  });
}

/** Returns the width of a text in pixels. */
export function textWidth(text: string, size: number): number {
  return size * glyphsOf(text).reduce((sum, { advance }) => sum + advance, 0);
}

/**
 * Returns the letters of a text. Characters that the font lacks become the replacement character
 * U+FFFD.
 */
function glyphsOf(text: string): Glyph[] {
  return [...text.normalize("NFC")].map((character) => {
    const known = Object.hasOwn(OUTLINES, character) ? character : "\ufffd";
    const glyph = parsed.get(known) ?? parse(OUTLINES[known] ?? "");
    parsed.set(known, glyph);
    return glyph;
  });
}

function parse(outline: string): Glyph {
  const [advance = "0", ...commands] = outline.split(/(?=[MLQ])/);
  return {
    advance: Number(advance) / UNITS,
    commands: commands.map((each) => [
      each.charAt(0),
      each.slice(1).split(" ").map((number) => Number(number) / UNITS),
    ]),
  };
}

/** Adds the outline of a letter. The origin of the letter is at `x` on the baseline. */
function addGlyph(
  coverage: Coverage,
  { commands }: Glyph,
  x: number,
  baseline: number,
  size: number,
): void {
  let [startX, startY, atX, atY] = [0, 0, 0, 0];
  const lineTo = (toX: number, toY: number) => {
    coverage.addLine(x + atX * size, baseline - atY * size, x + toX * size, baseline - toY * size);
    [atX, atY] = [toX, toY];
  };
  for (const [command, [a = 0, b = 0, c = 0, d = 0]] of commands) {
    if (command === "M") {
      lineTo(startX, startY);
      [startX, startY, atX, atY] = [a, b, a, b];
    } else if (command === "L") lineTo(a, b);
    else {
      const [fromX, fromY] = [atX, atY];
      for (let step = 1; step <= STEPS; step++) {
        const t = step / STEPS;
        const [u, v, w] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
        lineTo(u * fromX + v * a + w * c, u * fromY + v * b + w * d);
      }
    }
  }
  lineTo(startX, startY);
}
