/** Colours of one class. */
export interface ClassColour {
  /** Colour of the boxes, as `#rrggbb`. */
  readonly fill: string;
  /** Colour of text on `fill`: black or white, whichever has more contrast. */
  readonly text: "#000000" | "#ffffff";
}

/**
 * Colours of the first eight classes. People with any kind of colour blindness can tell these
 * colours apart. The sources are the palette of Okabe and Ito (Color Universal Design, 2008)
 * without black, and the light grey of Tol.
 */
const FILLS: readonly string[] = [
  ...["#56b4e9", "#dddddd", "#0072b2", "#009e73", "#cc79a7", "#d55e00", "#f0e442", "#e69f00"],
];

/**
 * Golden angle in degrees: the difference of hue between consecutive classes that have no fixed
 * colour in `FILLS`. The golden angle keeps the hues of the classes far apart.
 */
const GOLDEN_ANGLE = 137.508;

/**
 * Lightness values of the classes that have no fixed colour in `FILLS`, used in turn. Consecutive
 * classes have different lightness, because their hues can look alike.
 */
const LIGHTNESS = [0.7, 0.45, 0.58] as const;

/**
 * Returns the colours of a class, for the web page and for drawn images.
 *
 * @param classId Index of the class in the model's labels.
 *
 * @example
 * ```ts
 * import { classColour } from "./palette.ts";
 *
 * if (classColour(0).fill !== "#56b4e9") throw new Error("the first class is sky blue");
 * ```
 */
export function classColour(classId: number): ClassColour {
  const fill = FILLS[classId] ?? hslToHex(
    (classId * GOLDEN_ANGLE) % 360,
    0.75,
    LIGHTNESS[classId % LIGHTNESS.length]!,
  );
  // Above a luminance of 0.179, black has more contrast than white (WCAG 2.2, "contrast ratio").
  return { fill, text: luminance(fill) > 0.179 ? "#000000" : "#ffffff" };
}

/** Returns the red, green and blue bytes of a colour `#rrggbb`. */
export function rgbOf(hex: string): readonly [red: number, green: number, blue: number] {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Returns the relative luminance of a colour, 0 to 1 (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const [red, green, blue] = rgbOf(hex).map((byte) => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * Converts a colour from HSL to `#rrggbb` (CSS Color 4, section 7.1, "Converting HSL Colors to
 * sRGB").
 */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const range = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - range * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value).toString(16).padStart(2, "0");
  };
  return `#${channel(0)}${channel(8)}${channel(4)}`;
}
