import { assert, assertEquals } from "@std/assert";
import { DOCUMENT } from "../../routes/page/document.ts";
import { REFERENCE } from "../../routes/reference/document.ts";
import { STYLE } from "../../src/commands/output/report/assets.ts";

const THEME = await Deno.readTextFile(new URL("../../page/theme.css", import.meta.url));
const [LIGHT, DARK] = THEME.split("@media").map(coloursOf) as [Colours, Colours];

type Colours = Map<string, string>;

/** Reads the colours that a style sheet sets, by name. A later colour overrides an earlier one. */
function coloursOf(style: string): Colours {
  const colours = style.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,6})\b/g);
  return new Map([...colours].map(([, name, colour]) => [name!, colour!]));
}

for (
  const [name, html] of Object.entries({ page: DOCUMENT, report: STYLE, reference: REFERENCE })
) {
  Deno.test(`the ${name} has the colours of page/theme.css`, () => {
    const [light = "", dark = ""] = html.split(/@media ?\(prefers-color-scheme: ?dark\)/);
    for (const [found, expected] of [[light, LIGHT], [dark, DARK]] as const) {
      const colours = coloursOf(found);
      for (const [colour, value] of expected) assertEquals(colours.get(colour), value, colour);
    }
  });
}

/** Relative luminance of a colour (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const digits = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/g, "$&$&") : hex;
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// Minimum contrast of text 4.5 (WCAG 2.2, 1.4.3), of edges of controls 3 (1.4.11).
for (
  const [front, back, minimum] of [
    ["text", "page", 4.5],
    ["text", "card", 4.5],
    ["soft", "page", 4.5],
    ["soft", "card", 4.5],
    ["accent", "page", 4.5],
    ["accent", "card", 4.5],
    ["on-accent", "accent", 4.5],
    ["edge", "page", 3],
    ["edge", "card", 3],
  ] as const
) {
  Deno.test(`the colour ${front} has a contrast of ${minimum} on ${back}, light and dark`, () => {
    for (const theme of [LIGHT, DARK]) {
      const [low, high] = [front, back].map((name) => luminance(theme.get(name)!)).sort((a, b) =>
        a - b
      ) as [
        number,
        number,
      ];
      const contrast = (high + 0.05) / (low + 0.05);
      assert(contrast >= minimum, contrast.toFixed(2));
    }
  });
}
