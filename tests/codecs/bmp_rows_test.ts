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
  // Rows of 1 to 9 pixels have every length of padding, at each depth.
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((width) =>
    Object.entries({
      "1 bit": paletteCase(1, BLUE_GREEN, { width }),
      "2 bits": paletteCase(2, COLOURS_12.slice(0, 4), { width }),
      "4 bits": paletteCase(4, GREYS_16, { width }),
      "8 bits": paletteCase(8, COLOURS_252, { width }),
      "16 bits": fieldCase(16, F555, { width }),
      "24 bits": fieldCase(24, F888, { width }),
      "32 bits": fieldCase(32, F888, { width }),
      "run lengths of 4 bits": paletteCase(4, GREYS_16, { width, runs: true }),
      "run lengths of 8 bits": paletteCase(8, COLOURS_252, { width, runs: true }),
    }).flatMap(([name, suiteCase]) => [
      [`${name} and width ${width}`, suiteCase] as const,
      [`${name} and width ${width}, top row first`, topDown(suiteCase)] as const,
    ])
  ),
];

for (const [claim, suiteCase] of CASES) {
  Deno.test(`decodeBmp() decodes ${claim}`, () => {
    assert(assertColours(suiteCase).size > 1, "all pixels are the same");
  });
}

/** Turns a file upside down: the same rows, with a negative height. */
function topDown({ file, colours, ...rest }: SuiteCase): SuiteCase {
  const changed = file.slice();
  changed.set(littleEndian(2 ** 32 - HEIGHT, 4), 14 + 8);
  return { file: changed, colours: (x, y) => colours(x, HEIGHT - 1 - y), ...rest };
}
