import { assertEquals, assertStrictEquals } from "@std/assert";
import { type UprightView, uprightView } from "../../src/image/upright_view.ts";

/** Upright image that every drawing of {@linkcode STORED} shows. */
const UPRIGHT = ["AB", "CD", "EF"];

const STORED: readonly (readonly [orientation: number, claim: string, rows: readonly string[]])[] =
  [
    [1, "as it is", ["AB", "CD", "EF"]],
    [2, "from right to left", ["BA", "DC", "FE"]],
    [3, "upside down", ["FE", "DC", "BA"]],
    [4, "from bottom to top", ["EF", "CD", "AB"]],
    [5, "by columns", ["ACE", "BDF"]],
    [6, "by columns, the right one first", ["BDF", "ACE"]],
    [7, "by columns, the right one first, from the bottom", ["FDB", "ECA"]],
    [8, "by columns, from the bottom", ["ECA", "FDB"]],
  ];

/** Returns one pixel per letter: its code, plus 50 per channel. */
function pixelsOf(rows: readonly string[], channels: 1 | 3 | 4) {
  const bytes = [...rows.join("")].flatMap((letter) =>
    Array.from({ length: channels }, (_, channel) => letter.charCodeAt(0) + 50 * channel)
  );
  const size = { width: rows[0]!.length, height: rows.length };
  return { data: Uint8Array.from(bytes), ...size, channels, reduction: 2 } as const;
}

/** Returns the letters of one channel. */
function read(view: UprightView, channel: number): string[] {
  return Array.from(
    { length: view.height },
    (_, y) =>
      Array.from({ length: view.width }, (_, x) => {
        const at = view.offset + x * view.stepX + y * view.stepY + channel;
        return String.fromCharCode(view.data[at]! - 50 * channel);
      }).join(""),
  );
}

for (const [orientation, claim, rows] of STORED) {
  for (const channels of [1, 3, 4] as const) {
    Deno.test(`uprightView() reads ${channels} channels stored ${claim} (${orientation})`, () => {
      const view = uprightView(pixelsOf(rows, channels), orientation);
      for (let channel = 0; channel < channels; channel++) {
        assertEquals(read(view, channel), UPRIGHT);
      }
      assertEquals([view.width, view.height, view.channels, view.reduction], [2, 3, channels, 2]);
    });
  }
}

Deno.test("uprightView() copies nothing", () => {
  const pixels = pixelsOf(UPRIGHT, 3);
  assertStrictEquals(uprightView(pixels, 6).data, pixels.data);
});

Deno.test("uprightView() reads an orientation that Exif does not define as upright", () => {
  for (const orientation of [0, 9, NaN]) {
    assertEquals(read(uprightView(pixelsOf(UPRIGHT, 1), orientation), 0), UPRIGHT);
  }
});

Deno.test("uprightView() returns a single pixel for every orientation", () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    assertEquals(read(uprightView(pixelsOf(["X"], 4), orientation), 3), ["X"]);
  }
});
