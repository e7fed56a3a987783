import { assertEquals, assertObjectMatch } from "@std/assert";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { readAvifHeader } from "../../../src/image/formats/avif/header.ts";
import { assertRefused } from "./assert_refused.ts";
import {
  av1C,
  type AvifOptions,
  box,
  buildAvif,
  fullBox,
  type ItemOptions,
  numbers,
  sequenceHeader,
  sequenceUnit,
} from "./build_avif.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";

const ALPHA = fullBox("auxC", 0, bytesOf("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));
const DEPTH = fullBox("auxC", 0, bytesOf("urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0"));

Deno.test("readHeader() reads size, depth and channels of an AVIF", () => {
  assertObjectMatch(readHeader(buildAvif({ items: [{ width: 65_536, height: 258 }] })), {
    format: "avif",
    width: 65_536,
    height: 258,
    orientation: 1,
    bitDepth: 8,
    channels: 3,
    hasAlpha: false,
  });
  const depths = [[0x0c, 8, 3], [0x4c, 10, 3], [0x6c, 12, 3], [0x5c, 10, 1]] as const;
  for (const [flags, bitDepth, channels] of depths) {
    const header = readHeader(buildAvif({ items: [{ properties: [av1C(flags)] }] }));
    assertEquals([header.bitDepth, header.channels], [bitDepth, channels]);
  }
});

Deno.test("readHeader() recognises an AVIF by any of its brands", () => {
  for (const brands of [["avif"], ["avis", "avif"], ["mif1", "avif"], ["mif1", "miaf", "avis"]]) {
    assertEquals(readHeader(buildAvif({ brands })).format, "avif");
  }
  // Brands of no coding, or of both: the primary item decides.
  for (const brands of [["mif1"], ["mif1", "heic", "avif"]]) {
    assertEquals(readHeader(buildAvif({ brands })).format, "avif");
  }
  assertRefused(buildAvif({ brands: ["mif1", "heic"] }), "unsupported-format", "HEVC");
  assertRefused(buildAvif({ brands: ["isom"] }), "not-an-image");
});

/** Rotations to the left by 90°, then a mirroring: 0 top to bottom, 1 left to right (23008-12). */
const TURNS: readonly (readonly [turns: number, mirror: number | null, orientation: number])[] = [
  [0, null, 1],
  [0, 1, 2],
  [2, null, 3],
  [0, 0, 4],
  [1, 0, 5],
  [3, null, 6],
  [3, 0, 7],
  [1, null, 8],
  [1, 1, 7],
  [2, 0, 2],
  [2, 1, 4],
  [3, 1, 5],
];

for (const [turns, mirror, orientation] of TURNS) {
  Deno.test(`readHeader() reads ${turns} turns and mirror ${mirror} as ${orientation}`, () => {
    const properties = [av1C(), box("irot", numbers(1, turns))];
    if (mirror !== null) properties.push(box("imir", numbers(1, mirror)));
    assertEquals(readHeader(buildAvif({ items: [{ properties }] })).orientation, orientation);
  });
}

Deno.test("readHeader() finds alpha in an AVIF, but not in a depth map", () => {
  for (const [kind, hasAlpha] of [[ALPHA, true], [DEPTH, false]] as const) {
    const header = readHeader(buildAvif({ items: [{}, { properties: [av1C(0x1c), kind] }] }));
    assertEquals([header.hasAlpha, header.channels], [hasAlpha, hasAlpha ? 4 : 3]);
  }
});

/** Returns the item of a grid, then its tiles, which are all the same. */
function grid(
  [rows, columns]: readonly [number, number],
  [width, height]: readonly [number, number],
  tile: ItemOptions,
): ItemOptions[] {
  const tiles = Array.from({ length: rows * columns }, (_, i) => i + 2);
  const data = joinBytes(numbers(1, 0, 0, rows - 1, columns - 1), numbers(2, width, height));
  return [{ type: "grid", width, height, data, tiles, properties: [] }, ...tiles.map(() => tile)];
}

const TILE = { width: 64, height: 64 };

Deno.test("readHeader() reads an AVIF that its tiles just cover", () => {
  for (const [width, height] of [[128, 64], [65, 1], [100, 64]] as const) {
    const header = readHeader(buildAvif({ items: grid([1, 2], [width, height], TILE) }));
    assertEquals([header.width, header.height, header.bitDepth], [width, height, 8]);
  }
});

Deno.test("readHeader() reads AV1 data with a full sequence header", () => {
  const size = "1111" + "1111" + "0000000000000010" + "0000000000000001";
  const one = "00000" + "000000000000" + "00000";
  const timing = "1" + "0".repeat(64) + "1" + "00100"; // The last is a variable-length integer.
  const model = "1" + "00111" + "0".repeat(32) + "0000000000";
  const cases: [string, string][] = [
    ["without timing", "0" + "0" + one],
    ["with timing", timing + "0" + "0" + one],
    ["with a decoder model", timing + model + "0" + one + "1" + "0".repeat(17)],
    ["with display delays", "0" + "1" + one + "1" + "0000"],
    ["with a high level", "0" + "0" + "00000" + "000000000000" + "11111" + "0"],
    ["with two operating points", "0" + "0" + "00001" + ("000000000000" + "00000").repeat(2)],
  ];
  for (const [claim, points] of cases) {
    const data = sequenceUnit("000" + "0" + "0" + points + size);
    const header = readHeader(buildAvif({ items: [{ data }] }));
    assertEquals([header.width, header.height], [3, 2], claim);
  }
});

Deno.test("readHeader() reads AV1 data after a temporal delimiter and units without a size", () => {
  const unit = sequenceHeader(3, 2);
  for (
    const data of [
      joinBytes(Uint8Array.of(0x12, 0), unit),
      Uint8Array.of(0x08, ...unit.slice(2)),
      Uint8Array.of(0x0c, 0, ...unit.slice(2)), // With an extension.
    ]
  ) {
    assertEquals(readHeader(buildAvif({ items: [{ data }] })).width, 3);
  }
});

Deno.test("readHeader() reads later table versions, and data in idat and in two extents", () => {
  const data = sequenceHeader(3, 2);
  const location = (method: number, ...extents: number[]) =>
    fullBox(
      "iloc",
      2,
      numbers(1, 0x44, 0x00),
      numbers(4, 1, 1),
      numbers(2, method, 0, extents.length / 2),
      numbers(4, ...extents),
    );
  const tables = {
    pitm: fullBox("pitm", 1, numbers(4, 1)),
    iinf: fullBox(
      "iinf",
      1,
      numbers(4, 1),
      fullBox("infe", 3, numbers(4, 1), numbers(2, 0), bytesOf("av01\0")),
    ),
    iloc: location(1, 0, 5, 5, data.length - 5),
    idat: box("idat", data),
  };
  assertEquals(readHeader(buildAvif({ tables })).height, 2);
  assertRefused(buildAvif({ tables: { ...tables, iloc: location(2, 0, 9) } }), "corrupt-image");
});

const SIZE = fullBox("ispe", 0, numbers(4, 3, 2));
const NO_PROPERTIES = box("iprp", box("ipco"), fullBox("ipma", 0, numbers(4, 0)));

const CORRUPT: readonly (readonly [claim: string, options: AvifOptions, word: string])[] = [
  ["width 0", { items: [{ width: 0, data: sequenceHeader(3, 2) }] }, "at least 1x1"],
  ["a size that differs from the AV1 data", {
    items: [{ data: sequenceHeader(30_000, 30_000) }],
  }, "30000x30000"],
  ["alpha whose AV1 data has another size", {
    items: [{}, { properties: [av1C(), ALPHA], data: sequenceHeader(9000, 9000) }],
  }, "9000x9000"],
  ["alpha larger than the image", {
    items: [{}, { width: 9000, height: 9000, properties: [av1C(), ALPHA] }],
  }, "image's 3x2"],
  ["AV1 data that starts with a frame", { items: [{ data: Uint8Array.of(0x32, 0) }] }, "unit 6"],
  ["AV1 data that ends early", { items: [{ data: Uint8Array.of(0x0a, 1, 0x18) }] }, "part"],
  ["two sizes", { items: [{ properties: [av1C(), SIZE] }] }, "property once"],
  ["no properties", { tables: { iprp: NO_PROPERTIES } }, "a size"],
  ["no AV1 configuration", { items: [{ properties: [] }] }, "configuration"],
  ["no primary item", { tables: { pitm: box("free") } }, "pitm"],
  [
    "a missing primary item",
    { tables: { pitm: fullBox("pitm", 0, numbers(2, 9)) } },
    "9",
  ],
  ["a duplicate table", { tables: { more: fullBox("pitm", 0, numbers(2, 1)) } }, "once"],
  ["tiles that leave a gap", { items: grid([1, 2], [129, 64], TILE) }, "just cover"],
  ["an unneeded tile", { items: grid([1, 2], [64, 64], TILE) }, "just cover"],
  ["a missing tile", {
    items: grid([1, 2], [128, 64], TILE).map((item) => ({
      ...item,
      ...(item.tiles === undefined ? {} : { tiles: [2] }),
    })),
  }, "2 tiles"],
  ["a tile whose AV1 data is larger", {
    items: grid([1, 2], [128, 64], { ...TILE, data: sequenceHeader(64, 60_000) }),
  }, "64x60000"],
  ["tiles of two sizes", {
    items: [...grid([1, 2], [128, 64], TILE).slice(0, 2), { width: 64, height: 63 }],
  }, "just cover"],
  ["a missing property", {
    tables: {
      iprp: box(
        "iprp",
        box("ipco", SIZE),
        fullBox("ipma", 0, numbers(4, 1), numbers(1, 0, 1, 1, 2)),
      ),
    },
  }, "property"],
  ["an item with two locations", {
    tables: {
      iloc: fullBox("iloc", 0, numbers(1, 0x44, 0), numbers(2, 2, 1, 0, 0, 1, 0, 0)),
    },
  }, "one location"],
  ["extents without bytes", {
    tables: { iloc: fullBox("iloc", 0, numbers(1, 0, 0), numbers(2, 1, 1, 0, 65_535)) },
  }, "must have bytes"],
  ["numbers of 3 bytes", {
    tables: { iloc: fullBox("iloc", 0, numbers(1, 0x33, 0), numbers(2, 1, 1, 0, 1)) },
  }, "0, 4 or 8 bytes"],
  ["a box shorter than its header", { before: [numbers(4, 7, 0)] }, "at least 8 bytes"],
  ["a long box shorter than its header", { before: [numbers(4, 1, 0, 0, 15)] }, "16 bytes"],
  ["a thousand boxes", { before: Array(1001).fill(box("free")) }, "1000 boxes"],
  ["too much metadata", { tables: { free: box("free", new Uint8Array(2 ** 20)) } }, "1048576"],
];

for (const [claim, options, word] of CORRUPT) {
  Deno.test(`readHeader() refuses an AVIF as corrupt: ${claim}`, () => {
    assertRefused(buildAvif(options), "corrupt-image", "AVIF", word);
  });
}

/** Width, height, and offsets of the centres, each a numerator and a denominator (14496-12, 12.1.4). */
const CROPS: readonly (readonly [clap: readonly number[], crop: readonly number[] | string])[] = [
  [[3, 1, 2, 1, 0, 1, 0, 1], [0, 0, 3, 2]],
  // (3 - 1) / 2 + 1 = 2 and (2 - 1) / 2 - 1/2 = 0; -1 is 2^32 - 1.
  [[1, 1, 1, 1, 1, 1, 2 ** 32 - 1, 2], [2, 0, 1, 1]],
  [[4, 2, 2, 1, 2 ** 32 - 1, 2, 0, 1], [0, 0, 2, 2]],
  [[1, 1, 1, 1, 0, 1, 0, 1], "1x1 at 1, 0.5"],
  [[3, 2, 2, 1, 0, 1, 0, 1], "1.5x2"],
  [[4, 1, 2, 1, 0, 1, 0, 1], "4x2"],
  [[1, 1, 2, 1, 2, 1, 0, 1], "at 3, 0"],
  [[0, 1, 2, 1, 0, 1, 0, 1], "0x2"],
  [[1, 0, 2, 1, 0, 1, 0, 1], "Infinity"],
  [[0, 0, 0, 0, 0, 0, 0, 0], "NaN"],
];

for (const [clap, crop] of CROPS) {
  Deno.test(`readHeader() reads the crop ${clap} of 3x2 pixels as ${crop}`, () => {
    const properties = [av1C(), box("clap", numbers(4, ...clap))];
    const bytes = buildAvif({ items: [{ properties }] });
    if (typeof crop === "string") {
      assertRefused(bytes, "corrupt-image", "crop must be whole pixels of its 3x2", crop);
      return;
    }
    const [left, top, width, height] = crop;
    const header = readAvifHeader(bytes);
    assertEquals(header.image.crop, { left: left!, top: top!, width: width!, height: height! });
    assertEquals([header.width, header.height], [width, height]);
    assertEquals(header.wholeSize, { width: 3, height: 2 });
  });
}

Deno.test("readHeader() refuses an AVIF that is not AV1", () => {
  assertRefused(buildAvif({ items: [{ type: "hvc1" }] }), "unsupported-format", "HEVC");
  const [selfTiled] = grid([1, 1], [64, 64], TILE);
  assertRefused(
    buildAvif({ items: [{ ...selfTiled, tiles: [1] }] }),
    "unsupported-format",
    "another one",
  );
});

Deno.test("readHeader() refuses an AVIF with boxes or data beyond the file as truncated", () => {
  for (const size of [100_000, 0x7fffffff, 0xffffffff]) {
    assertRefused(buildAvif({ before: [numbers(4, size, 0)] }), "truncated-image");
  }
  assertRefused(
    buildAvif({ before: [numbers(4, 1, 0, 0xffffffff, 0xffffffff)] }),
    "truncated-image",
  );
  assertRefused(buildAvif({ before: [numbers(4, 0, 0)] }), "truncated-image"); // A box up to the end.
  const far = numbers(4, 0xfffffff0, 0xfffffff0);
  const iloc = fullBox("iloc", 0, numbers(1, 0x44, 0), numbers(2, 1, 1, 0, 1), far);
  assertRefused(buildAvif({ tables: { iloc } }), "truncated-image");
});

/** Entries of 8 bytes each, 65536 of them; `deno task fuzz` limits the time that they may take. */
const TINY = new Uint8Array(2 ** 19).map((_, i) => i % 8 === 3 ? 8 : 0);
const EXTENTS = [numbers(1, 0x44, 0), numbers(2, 1, 1, 0, 65_535), new Uint8Array(2 ** 19)];

Deno.test("readHeader() reads past 65536 boxes that it does not know", () => {
  assertEquals(readHeader(buildAvif({ tables: { heap: TINY } })).width, 3);
});

for (
  const [claim, tables, word] of [
    ["item boxes", { iinf: fullBox("iinf", 0, TINY) }, "must end inside"],
    ["properties", { iprp: box("iprp", box("ipco", TINY)) }, "at most 32767 properties"],
    ["empty extents", { iloc: fullBox("iloc", 0, ...EXTENTS) }, "a sequence header"],
  ] as const
) {
  Deno.test(`readHeader() refuses an AVIF with too many ${claim}`, () => {
    assertRefused(buildAvif({ tables }), "corrupt-image", word);
  });
}
