import { assert, assertEquals } from "@std/assert";
import { type AvifHeader, readAvifHeader } from "../../src/image/formats/avif/header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import {
  av1C,
  type AvifOptions,
  box,
  buildAvif,
  fullBox,
  type ItemOptions,
  numbers,
  PIXI,
} from "../image/formats/build_avif.ts";
import { bytesOf, joinBytes } from "../image/formats/bytes_of.ts";
import { assertDomainError } from "../testing.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

const [rgb, grid, gridAlpha, animated, turned] = await Promise.all(
  ["rgb.avif", "grid.avif", "grid-alpha.avif", "animated.avif", "orientation-6.avif"]
    .map((file) => Deno.readFile(new URL(file, FORMATS))),
);
const RGB = itemOf(imageOf(rgb!));
const DATA = RGB.data!;
const ALPHA = fullBox("auxC", 0, bytesOf("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));
const SIZE = fullBox("ispe", 0, numbers(4, 64, 48));
const CLAP = box("clap", numbers(4, 10, 1, 8, 1, 5, 1, 2 ** 32 - 4, 1));

function imageOf(bytes: Uint8Array): AvifHeader["image"] {
  return readAvifHeader(bytes).image;
}

/** Returns the image of a file without a grid as an item, without `pixi`. */
function itemOf({ colour: { width, height, tiles } }: AvifHeader["image"]): ItemOptions {
  return { width, height, data: tiles[0]!.data };
}

function decode(bytes: Uint8Array): Pixels {
  const header = readAvifHeader(bytes);
  const pixels = codec.decode(bytes, header, header);
  assertEquals([pixels.width, pixels.height], [header.width, header.height]);
  return pixels;
}

/** Builds the table of properties: the size and the configuration, in some order, and their lists. */
function iprp(...boxes: readonly Uint8Array[]): Readonly<Record<string, Uint8Array>> {
  return { iprp: box("iprp", ...boxes) };
}

const IPCO = box("ipco", SIZE, av1C());

/** Builds a list of properties of item 1, by their indices from 1 on. */
function ipma(version: 0 | 1, ...indices: readonly number[]): Uint8Array {
  const id = numbers(version === 0 ? 2 : 4, 1);
  return fullBox("ipma", version, numbers(4, 1), id, numbers(1, indices.length, ...indices));
}

/** Builds a table of locations of version 1 or 2 for one item. */
function iloc(version: 1 | 2, method: number, ...extents: readonly number[]): Uint8Array {
  const id = version === 1 ? numbers(2, 1, 1) : numbers(4, 1, 1);
  const count = numbers(2, method, 0, extents.length / 2);
  return fullBox("iloc", version, numbers(1, 0x44, 0x04), id, count, withIndices(extents));
}

/** Puts an extent index of 4 bytes before each offset and length. */
function withIndices(extents: readonly number[]): Uint8Array {
  return numbers(4, ...extents.flatMap((value, i) => i % 2 === 0 ? [i / 2, value] : [value]));
}

const HALF = Math.floor(DATA.length / 2);
const IDAT = box("idat", DATA);

/** Renames boxes of a file, whose offsets stay. */
function renamed(bytes: Uint8Array, ...types: readonly string[]): Uint8Array {
  const copy = bytes.slice();
  for (const type of types) {
    const at = new TextDecoder("latin1").decode(copy).indexOf(type);
    assert(at > 0, `no ${type}`);
    copy.set(bytesOf("free"), at);
  }
  return copy;
}

/** Builds a file whose data come before its metadata, in a box of 64 bits. */
function dataFirst(): Uint8Array {
  const ftyp = box("ftyp", bytesOf("mif1"), numbers(4, 0), bytesOf("mif1avifmiaf"));
  const mdat = joinBytes(numbers(4, 1), bytesOf("mdat"), numbers(8, DATA.length + 16), DATA);
  const built = buildAvif({
    items: [RGB],
    tables: { iloc: iloc(2, 0, ftyp.length + 16, DATA.length) },
  });
  const metaAt = new DataView(built.buffer).getUint32(0);
  const metaBytes = new DataView(built.buffer).getUint32(metaAt);
  return joinBytes(ftyp, mdat, built.subarray(metaAt, metaAt + metaBytes));
}

const SAME: readonly (readonly [claim: string, bytes: () => Uint8Array])[] = [
  ["without pixi", () => buildAvif({ items: [RGB] })],
  ["with a wrong pixi", () => {
    const properties = [av1C(), fullBox("pixi", 0, numbers(1, 1, 12))];
    return buildAvif({ items: [{ ...RGB, properties }] });
  }],
  ["with the flags of 12 bits in its configuration", () => {
    return buildAvif({ items: [{ ...RGB, properties: [av1C(0x7c), PIXI] }] });
  }],
  ["with two boxes ipma", () => {
    return buildAvif({ items: [RGB], tables: iprp(IPCO, ipma(0, 1), ipma(1, 2)) });
  }],
  ["with two entries in one box ipma", () => {
    const entries = [numbers(2, 1), numbers(1, 1, 0x82), numbers(2, 1), numbers(1, 2, 1, 2)];
    const both = fullBox("ipma", 0, numbers(4, 2), ...entries);
    return buildAvif({ items: [RGB], tables: iprp(IPCO, both) });
  }],
  ["with ipma before ipco", () => {
    return buildAvif({ items: [RGB], tables: iprp(ipma(0, 1, 2), IPCO) });
  }],
  ["with tables in another order", () => {
    const order = { iprp: new Uint8Array(), iloc: new Uint8Array(), pitm: new Uint8Array() };
    const meta = (options: AvifOptions) => buildAvif({ ...options, items: [RGB] });
    const tables = { ...order, ...iprp(IPCO, ipma(0, 1, 2)), iloc: iloc(1, 1, 0, DATA.length) };
    return meta({ tables: { ...tables, pitm: fullBox("pitm", 1, numbers(4, 1)), idat: IDAT } });
  }],
  ["with data in idat, version 1", () => {
    const tables = { iloc: iloc(1, 1, 0, DATA.length), idat: IDAT };
    return buildAvif({ items: [RGB], tables });
  }],
  ["with data in two extents, version 2", () => {
    const tables = { iloc: iloc(2, 1, 0, HALF, HALF, DATA.length - HALF), idat: IDAT };
    return buildAvif({ items: [RGB], tables });
  }],
  ["with data before metadata, 64-bit sizes and brand mif1", dataFirst],
  ["with alpha of another image", () => {
    const alpha = { ...RGB, properties: [av1C(), ALPHA], auxiliaryOf: 3 };
    return buildAvif({ items: [RGB, alpha, RGB] });
  }],
  ["with a box behind its data", () => joinBytes(buildAvif({ items: [RGB] }), box("free"))],
];

for (const [claim, bytes] of SAME) {
  Deno.test(`imageCodec() decodes an AVIF ${claim} like the usual one`, () => {
    assertEquals(decode(bytes()), decode(rgb!));
  });
}

Deno.test("the comparison with the usual AVIF can fail", () => {
  const other = readAvifHeader(turned!);
  assert(decode(turned!).data.some((value, i) => value !== decode(rgb!).data[i]));
  assertEquals(other.orientation, 6);
});

Deno.test("imageCodec() decodes the first frame of a sequence without a primary item", () => {
  const still = decode(animated!);
  for (const types of [["meta"], ["pitm"]]) {
    const { image, ...header } = readAvifHeader(renamed(animated!, ...types));
    assertEquals([header.width, header.height, header.orientation], [64, 48, 1]);
    assertEquals(image.alpha, undefined);
    assertEquals(decode(renamed(animated!, ...types)).data, still.data);
  }
});

Deno.test("readAvifHeader() refuses a sequence whose tables lie, or that has no AV1", () => {
  const sequence = renamed(animated!, "meta");
  for (const end of [100, 400, sequence.length - 1000]) {
    assertDomainError(() => decode(sequence.subarray(0, end)), "truncated-image");
  }
  for (const [type, value] of [["stco", 2 ** 32 - 1], ["stsz", 2 ** 32 - 1]] as const) {
    const lying = sequence.slice();
    const at = new TextDecoder("latin1").decode(lying).indexOf(type);
    // stsz: the size of all samples; stco: the first offset, behind the count.
    lying.set(numbers(4, value), at + (type === "stsz" ? 8 : 12));
    assertDomainError(() => decode(lying), "truncated-image");
  }
  for (const type of ["stco", "stsz"]) {
    assertDomainError(() => decode(renamed(sequence, type)), "corrupt-image", "stsz and stco");
  }
  for (const type of ["trak", "mdia", "minf", "stbl", "stsd"]) {
    assertDomainError(() => decode(renamed(sequence, type)), "corrupt-image", "AV1 data");
  }
});

Deno.test("imageCodec() crops an AVIF", () => {
  const whole = decode(rgb!);
  const part = decode(buildAvif({ items: [{ ...RGB, properties: [av1C(), CLAP] }] }));
  // (64 - 10) / 2 + 5 = 32 and (48 - 8) / 2 - 4 = 16.
  assertEquals([part.width, part.height], [10, 8]);
  for (let y = 0; y < 8; y++) {
    const from = ((16 + y) * 64 + 32) * 4;
    assertEquals(part.data.slice(y * 40, y * 40 + 40), whole.data.slice(from, from + 40));
  }
});

Deno.test("imageCodec() returns the stored pixels of a turned AVIF, and its orientation once", () => {
  const properties = [av1C(), box("irot", numbers(1, 3)), CLAP];
  const bytes = buildAvif({ items: [{ ...RGB, properties }] });
  assertEquals(readAvifHeader(bytes).orientation, 6);
  const straight = buildAvif({ items: [{ ...RGB, properties: [av1C(), CLAP] }] });
  assertEquals(decode(bytes), decode(straight));
});

/** Builds a grid of two tiles, with alpha for each tile instead of one for the grid. */
function alphaOfTiles(tiles: number): Uint8Array {
  const { colour, alpha } = imageOf(gridAlpha!);
  const size = { width: 64, height: 64 };
  const data = joinBytes(numbers(1, 0, 0, 0, 1), numbers(2, 128, 64));
  return buildAvif({
    items: [
      { type: "grid", width: 128, height: 64, data, tiles: [2, 3], properties: [] },
      ...colour.tiles.map((tile) => ({ ...size, data: tile.data, properties: [av1C()] })),
      ...alpha!.tiles.slice(0, tiles).map((tile, i) => ({
        ...{ ...size, data: tile.data, properties: [av1C(0x1c), ALPHA] },
        auxiliaryOf: 2 + i,
      })),
    ],
  });
}

Deno.test("imageCodec() decodes a grid with alpha for each tile like one with a grid of alpha", () => {
  const found = decode(alphaOfTiles(2));
  const expected = decode(gridAlpha!);
  assertEquals(
    found.data.filter((_, i) => i % 4 === 3),
    expected.data.filter((_, i) => i % 4 === 3),
  );
  assertDomainError(() => decode(alphaOfTiles(1)), "corrupt-image", "2 tiles");
});

Deno.test("imageCodec() decodes a grid whose tiles are one item", () => {
  const [tile] = imageOf(grid!).colour.tiles;
  const data = joinBytes(numbers(1, 0, 0, 1, 1), numbers(2, 128, 128));
  const bytes = buildAvif({
    items: [
      { type: "grid", width: 128, height: 128, data, tiles: [2, 2, 2, 2], properties: [] },
      { width: 64, height: 64, data: tile!.data },
    ],
  });
  const found = decode(bytes).data;
  const row = (x: number, y: number) => found.slice((y * 128 + x) * 4, (y * 128 + x + 64) * 4);
  for (const [x, y] of [[64, 0], [0, 64], [64, 64]] as const) {
    assertEquals(row(x, y + 9), row(0, 9));
  }
});

Deno.test("imageCodec() divides colours by alpha that they were multiplied by", () => {
  const alphaTile = imageOf(Deno.readFileSync(new URL("alpha.avif", FORMATS))).alpha!.tiles[0]!;
  const items = [RGB, { ...RGB, data: alphaTile.data, properties: [av1C(0x1c), ALPHA] }];
  const plain = decode(buildAvif({ items }));
  const references = (...boxes: readonly Uint8Array[]) => ({
    iref: fullBox("iref", 0, box("auxl", numbers(2, 2, 1, 1)), ...boxes),
  });
  const prem = references(box("prem", numbers(2, 1, 1, 2)));
  const multiplied = decode(buildAvif({ items, tables: prem }));
  const at = plain.data.findIndex((value, i) => i % 4 === 3 && value > 100 && value < 150) - 3;
  const alpha = plain.data[at + 3]! / 255;
  for (let channel = 0; channel < 3; channel++) {
    const expected = Math.min(255, plain.data[at + channel]! / alpha);
    assert(Math.abs(multiplied.data[at + channel]! - expected) <= 2);
  }
});

Deno.test("readAvifHeader() refuses AV1 data of many frames, units or sequence headers", () => {
  const units = (...more: readonly Uint8Array[]) => {
    return buildAvif({ items: [{ ...RGB, data: joinBytes(DATA, ...more) }] });
  };
  const frame = Uint8Array.of(0x32, 0);
  assertEquals(readAvifHeader(units(...Array(7).fill(frame))).width, 64);
  const refusals: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ["at most 8 frames", Array(8).fill(frame)],
    ["at most 8 frames", Array(8).fill(Uint8Array.of(0, 0, 0x32, 0))],
    ["at most 8 frames", Array(8).fill(Uint8Array.of(0x1a, 0))],
    ["at most 10000 units", Array(10_000).fill(Uint8Array.of(0x7a, 0))],
    ["one sequence header", [Uint8Array.of(0x0a, 6, 0x18, 4, 0x64, 0, 0, 0)]],
  ];
  for (const [words, more] of refusals) {
    assertDomainError(() => readAvifHeader(units(...more)), "corrupt-image", words);
  }
});

Deno.test("readAvifHeader() refuses extents that overlap to more than the file", () => {
  const extents = Array(100).fill([0, DATA.length]).flat();
  const tables = { iloc: iloc(2, 1, ...extents), idat: IDAT };
  const bytes = buildAvif({ items: [RGB], tables });
  assertDomainError(() => readAvifHeader(bytes), "corrupt-image", `${bytes.length} bytes`);
});

Deno.test("readAvifHeader() refuses tiles below 64x64 and layers of no known form", () => {
  const data = joinBytes(numbers(1, 0, 0, 0, 1), numbers(2, 126, 64));
  const small = { width: 63, height: 64 };
  const items = [{ type: "grid", width: 126, height: 64, data, tiles: [2, 3] }, small, small];
  assertDomainError(() => readAvifHeader(buildAvif({ items })), "corrupt-image", "64x64");
  for (const [type, length] of [["a1op", 2], ["lsel", 1], ["a1lx", 8]] as const) {
    const layer = box(type, new Uint8Array(length));
    const bytes = buildAvif({ items: [{ ...RGB, properties: [av1C(), layer] }] });
    assertDomainError(() => readAvifHeader(bytes), "corrupt-image", "layer property");
  }
});
