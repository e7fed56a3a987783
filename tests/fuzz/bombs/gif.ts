import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, low, repeated, text } from "../parts.ts";

const TRAILER = [0x3b];
/** Colour table of black and white. */
const TABLE = [0, 0, 0, 255, 255, 255];

function screen(width: number, height: number, packed = 0x80): Bytes {
  return concat(
    text("GIF89a"),
    low(2, width),
    low(2, height),
    [packed, 0, 0],
    (packed & 0x80) === 0 ? [] : repeated([0], 3 << (packed & 7) + 1),
  );
}

function image(width: number, height: number, left = 0, top = 0, packed = 0): Bytes {
  return concat([0x2c], low(2, left), low(2, top), low(2, width), low(2, height), [packed]);
}

/** LZW data of four pixels of index 0: clear, 0, 0, 0, 0 in 3 bits each, end in 4. */
const FOUR = [2, 3, 0x04, 0x80, 0x02, 0];
/** Frame of 2x2 pixels. */
const SMALL = concat(image(2, 2), FOUR);

/** Builds a screen of 2x2 with blocks before and after its frame. */
function gif(before: ArrayLike<number> = [], after: ArrayLike<number> = TRAILER): Bytes {
  return concat(screen(2, 2), before, SMALL, after);
}

const ANY = ["ok", "corrupt-image", "truncated-image"] as const;
const DAMAGED = ["corrupt-image", "truncated-image"] as const;

/** GIFs of huge screens, many frames and broken codes. */
export const GIF_BOMBS: readonly Bomb[] = bombsOf("GIF", [
  [
    "a screen of 65535x65535",
    "too-many-pixels",
    () => concat(screen(65_535, 65_535), SMALL, TRAILER),
  ],
  [
    "a screen of a row too many",
    "too-many-pixels",
    () => concat(screen(8000, 8001), SMALL, TRAILER),
  ],
  [
    "a frame of 65535x65535 on 2x2",
    "too-many-pixels",
    () => concat(screen(2, 2), image(65_535, 65_535), FOUR),
  ],
  [
    "a frame that lies half outside",
    "ok",
    () => concat(screen(2, 2), image(2, 2, 1, 1), FOUR),
  ],
  [
    "a frame at 65535, 65535",
    "too-many-pixels",
    () => concat(screen(2, 2), image(1, 1, 65_535, 65_535), FOUR),
  ],
  ["a screen of no width", "ok", () => concat(screen(0, 2), SMALL)],
  ["a screen of no height", "ok", () => concat(screen(2, 0), SMALL)],
  [
    "a frame that leaves a huge screen free",
    "ok",
    () => concat(screen(8000, 8000), image(2, 2, 7998, 7998), FOUR),
  ],
  ["a frame of no size", "corrupt-image", () => concat(screen(2, 2), image(0, 0), FOUR)],
  ["100000 frames", "ok", () => gif([], concat(repeated(SMALL, 1e5), TRAILER))],
  ["100000 frames without an end", ANY, () => gif([], repeated(SMALL, 1e5))],
  [
    "100000 frames that are empty",
    "corrupt-image",
    () => concat(screen(2, 2), repeated(concat(image(2, 2), [2, 0]), 1e5), TRAILER),
  ],
  [
    "a second frame of 65535x65535",
    "ok",
    () => gif([], concat(image(65_535, 65_535), FOUR, TRAILER)),
  ],
  [
    "15 MB of empty extensions",
    "corrupt-image",
    () => concat(screen(2, 2), repeated([0x21, 1, 0], 5e6)),
  ],
  [
    "15 MB of one comment",
    "truncated-image",
    () => concat(screen(2, 2), [0x21, 0xfe], repeated([1], 15e6)),
  ],
  [
    "15 MB of delays before its frame",
    "corrupt-image",
    () => gif(repeated([0x21, 0xf9, 4, 1, 255, 255, 0, 0], 19e5)),
  ],
  [
    "an endless loop of itself",
    "ok",
    () => gif(concat([0x21, 0xff, 11], text("NETSCAPE2.0"), [3, 1, 0, 0, 0])),
  ],
  ["an end before its frame", "corrupt-image", () => concat(screen(2, 2), TRAILER, SMALL)],
  ["a block that is none", "corrupt-image", () => concat(screen(2, 2), [0x99], SMALL)],
  ["a version that is none", "not-an-image", () => text("GIF88a\x02\0\x02\0\0\0\0,")],
  ["its signature alone", "truncated-image", () => text("GIF89a")],
  [
    "a colour table that is not there",
    "truncated-image",
    () => concat(screen(2, 2, 0).subarray(0, -3), [0x87, 0, 0]),
  ],
  [
    "a frame's colour table that is not there",
    DAMAGED,
    () => concat(screen(2, 2), image(2, 2, 0, 0, 0x87)),
  ],
  ["no colour table at all", ANY, () => concat(screen(2, 2, 0), SMALL, TRAILER)],
  [
    "interlacing and reserved bits",
    ANY,
    () => concat(screen(2, 2), image(2, 2, 0, 0, 0x78), FOUR, TRAILER),
  ],
  ...[0, 1, 9, 12, 13, 255].map((bits) =>
    [
      `codes of ${bits} bits`,
      ANY,
      () => concat(screen(2, 2), image(2, 2), [bits, 2, 4, 1, 0], TRAILER),
    ] as const
  ),
  [
    "a first code that is not known yet",
    DAMAGED,
    () => concat(screen(2, 2), image(2, 2), [2, 2, 0x07, 0xff, 0], TRAILER),
  ],
  [
    "codes that end at once",
    DAMAGED,
    () => concat(screen(2, 2), image(2, 2), [2, 1, 5, 0], TRAILER),
  ],
  [
    "codes that only clear, 15 MB",
    ANY,
    () =>
      concat(
        screen(2, 2),
        image(2, 2),
        [2],
        repeated(concat([255], new Uint8Array(255).fill(0x24)), 58_000),
        [0],
        TRAILER,
      ),
  ],
  ["more pixels than its frame has", ANY, () => concat(screen(1, 1), image(1, 1), FOUR, TRAILER)],
  [
    "fewer pixels than its frame has",
    DAMAGED,
    () => concat(screen(2000, 2000), image(2000, 2000), FOUR, TRAILER),
  ],
  ["data that is cut off", DAMAGED, () => concat(screen(2, 2), SMALL.subarray(0, -3))],
  ["a frame header alone", DAMAGED, () => concat(screen(2, 2), image(2, 2))],
  [
    "indices beyond its colours",
    ANY,
    () =>
      concat(
        text("GIF89a\x02\0\x02\0\x80\0\0"),
        TABLE,
        image(2, 2),
        [7, 3, 0x80, 0xff, 0xff, 0],
        TRAILER,
      ),
  ],
  [
    "an image text that covers 65535 cells",
    ANY,
    () => gif(concat([0x21, 1, 12], repeated([255], 12), [0])),
  ],
]);
