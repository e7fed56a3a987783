import { assert } from "@std/assert";
import { littleEndian } from "../image/formats/build_bmp.ts";
import {
  assertColours,
  BLUE_GREEN,
  COLOURS_12,
  COLOURS_252,
  field,
  fieldCase,
  GREYS_16,
  HEIGHT,
  paletteCase,
  type SuiteCase,
} from "./bmp_suite_cases.ts";

// Rows of every depth, padding and direction; bmpsuite has some of them, for 8 bits only.

const F555 = [field(10, 5), field(5, 5), field(0, 5)];
const F888 = [field(16, 8), field(8, 8), field(0, 8)];

const CASES: readonly (readonly [claim: string, SuiteCase])[] = [
  ["1 bit in OS/2 1", paletteCase(1, BLUE_GREEN, { headerBytes: 12 })],
  ["4 bits in OS/2 1", paletteCase(4, GREYS_16, { headerBytes: 12 })],
  ["24 bits in OS/2 1", fieldCase(24, F888, { headerBytes: 12 })],
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((width) =>
    Object.entries({
      ...rowsOfWidth(width),
      // 16 equal pixels, which are a run, and 1 to 9 pixels that differ.
      ...runsOfWidth(16 + width),
    }).flatMap(([name, suiteCase]) => [
      [name, suiteCase] as const,
      [`${name}, top row first`, topDown(suiteCase)] as const,
    ])
  ),
];

for (const [claim, suiteCase] of CASES) {
  Deno.test(`decodeBmp() decodes ${claim}`, () => {
    assert(assertColours(suiteCase).size > 1, "all pixels are the same");
  });
}

/** Builds a file of each depth. Nine widths have every length of padding. */
function rowsOfWidth(width: number): Readonly<Record<string, SuiteCase>> {
  return {
    [`1 bit and width ${width}`]: paletteCase(1, BLUE_GREEN, { width }),
    [`2 bits and width ${width}`]: paletteCase(2, COLOURS_12.slice(0, 4), { width }),
    [`4 bits and width ${width}`]: paletteCase(4, GREYS_16, { width }),
    [`8 bits and width ${width}`]: paletteCase(8, COLOURS_252, { width }),
    [`16 bits and width ${width}`]: fieldCase(16, F555, { width }),
    [`24 bits and width ${width}`]: fieldCase(24, F888, { width }),
    [`32 bits and width ${width}`]: fieldCase(32, F888, { width }),
  };
}

function runsOfWidth(width: number): Readonly<Record<string, SuiteCase>> {
  return {
    [`run lengths of 4 bits and width ${width}`]: paletteCase(4, GREYS_16, { width, runs: true }),
    [`run lengths of 8 bits and width ${width}`]: paletteCase(8, COLOURS_252, {
      width,
      runs: true,
    }),
  };
}

/** Turns a file upside down: the same rows, with a negative height. */
function topDown({ file, colours, ...rest }: SuiteCase): SuiteCase {
  const changed = file.slice();
  changed.set(littleEndian(2 ** 32 - HEIGHT, 4), 14 + 8);
  return { file: changed, colours: (x, y) => colours(x, HEIGHT - 1 - y), ...rest };
}
