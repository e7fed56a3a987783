import { buildTiff, orientationTiff } from "../../image/formats/build_tiff.ts";
import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, high, low, repeated, text } from "../parts.ts";

const ORIENTATION = { tag: 0x0112, type: 3, count: 1, value: 6 };
const POINTER = { tag: 0x8769, type: 4, count: 1, value: 8 };

/** Exif blocks with loops and offsets outside of the file. */
export const EXIF_LOOPS: readonly (readonly [name: string, tiff: () => Bytes])[] = [
  ["a directory that is its own next", () => tiff({ entries: [POINTER], nextOffset: 8 })],
  ["a directory that points at itself", () => tiff({ entries: Array(20).fill(POINTER) })],
  ["a directory outside", () => tiff({ entries: [ORIENTATION], ifdOffset: 2 ** 32 - 1 })],
  ["a directory in its own header", () => tiff({ entries: [ORIENTATION], ifdOffset: 0 })],
  ["65535 entries that are not there", () => tiff({ entries: [POINTER], entryCount: 65_535 })],
  [
    "a value of 4 billion numbers",
    () => tiff({ entries: [{ ...ORIENTATION, count: 2 ** 32 - 1 }] }),
  ],
  ["an orientation of 9", () => Uint8Array.from(orientationTiff(9))],
  ["1000 directories in a row", directories],
  ["nothing in it", () => new Uint8Array(0)],
  ["half a header", () => text("MM\0*")],
];

function tiff(options: Omit<Parameters<typeof buildTiff>[0], "littleEndian">): Bytes {
  return Uint8Array.from(buildTiff({ littleEndian: false, ...options }));
}

/** Builds directories of one entry in a ring: each points at the next, the last at the first. */
function directories(): Bytes {
  const parts = Array.from({ length: 1000 }, (_, i) => {
    const next = i === 999 ? 8 : 8 + (i + 1) * 18;
    return concat(
      high(2, 1),
      high(2, 0x8769),
      high(2, 4),
      high(4, 1),
      high(4, next),
      high(4, next),
    );
  });
  return concat(text("MM\0*"), high(4, 8), ...parts);
}

/** TIFFs; the format is unsupported, so each is refused by its first bytes. */
export const TIFF_BOMBS: readonly Bomb[] = bombsOf("TIFF", [
  ...EXIF_LOOPS.filter(([, bytes]) => bytes().length > 4).map(([name, bytes]) =>
    [name, "unsupported-format", bytes] as const
  ),
  [
    "100000x100000 pixels",
    "unsupported-format",
    () =>
      tiff({
        entries: [
          { tag: 0x100, type: 4, count: 1, value: 100_000 },
          { tag: 0x101, type: 4, count: 1, value: 100_000 },
          { tag: 0x116, type: 4, count: 1, value: 2 ** 32 - 1 },
        ],
      }),
  ],
  [
    "a strip of 4 GB at its own start",
    "unsupported-format",
    () =>
      tiff({
        entries: [
          { tag: 0x111, type: 4, count: 1, value: 0 },
          { tag: 0x117, type: 4, count: 1, value: 2 ** 32 - 1 },
        ],
      }),
  ],
  ["the other byte order", "unsupported-format", () => concat(text("II*\0"), low(4, 8), low(4, 0))],
  ["a BigTIFF", "unsupported-format", () => concat(text("II+\0"), low(4, 8), low(8, 16))],
  [
    "15 MB of directories",
    "unsupported-format",
    () => concat(text("II*\0"), repeated([8, 0, 0], 5e6)),
  ],
]);
