import {
  av1C,
  type AvifOptions,
  box,
  buildAvif,
  fullBox,
  numbers,
  PIXI,
  sequenceHeader,
} from "../../image/formats/build_avif.ts";
import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, high, repeated, text } from "../parts.ts";
import { EXIF_LOOPS } from "./tiff.ts";

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
const REAL = Deno.readFileSync(new URL("rgb.avif", FORMATS));

function avif(options: AvifOptions = {}): () => Bytes {
  return () => Uint8Array.from(buildAvif(options));
}

/** Builds an AVIF with another content of one table of `meta`. */
function withTable(type: string, ...content: readonly Uint8Array[]): () => Bytes {
  return () => avif({ tables: { [type]: box(type, ...content) } })();
}

/** Builds the data of a grid item. */
function grid(rows: number, columns: number, width: number, height: number): Uint8Array {
  return Uint8Array.from(concat([0, 1, rows - 1, columns - 1], high(4, width), high(4, height)));
}

/** Inserts boxes behind the first box of the valid file. */
function behindType(...boxes: readonly Uint8Array[]): Bytes {
  const end = new DataView(REAL.buffer).getUint32(0);
  return concat(REAL.subarray(0, end), ...boxes, REAL.subarray(end));
}

/** Renames the first box of a type in the valid file. */
function renamed(from: string, to: string): () => Bytes {
  return () => {
    const bytes = REAL.slice();
    const at = new TextDecoder("latin1").decode(bytes).indexOf(from);
    bytes.set(text(to), at);
    return bytes;
  };
}

/** Overwrites 32 bits of the valid file, `offset` bytes behind the first box of a type. */
function patched(type: string, offset: number, value: number): () => Bytes {
  return () => {
    const bytes = REAL.slice();
    const at = new TextDecoder("latin1").decode(bytes).indexOf(type);
    bytes.set(high(4, value), at + offset);
    return bytes;
  };
}

/** Properties, and a list that gives an item the first of them 255 times. */
const IPCO = box("ipco", fullBox("ispe", 0, numbers(4, 3, 2)), av1C());
const IPMA = fullBox(
  "ipma",
  0,
  numbers(4, 1),
  numbers(2, 1),
  numbers(1, 255, ...Array(255).fill(1)),
);
const DAMAGED = ["corrupt-image", "truncated-image"] as const;
const ANY = ["ok", "corrupt-image", "truncated-image"] as const;
const LOST = "corrupt-image";

/** AVIFs of huge grids, self-referencing tables and contradicting sizes. */
export const AVIF_BOMBS: readonly Bomb[] = bombsOf("AVIF", [
  ["65536x65536 pixels", "too-many-pixels", avif({ items: [{ width: 65_536, height: 65_536 }] })],
  ["a row too many", "too-many-pixels", avif({ items: [{ width: 8000, height: 8001 }] })],
  [
    "pixels that take too much memory",
    "too-many-pixels",
    avif({ items: [{ width: 8000, height: 4000 }] }),
  ],
  [
    "12 bits and alpha that take too much memory",
    "too-many-pixels",
    avif({ items: [{ width: 6000, height: 5000, properties: [av1C(0x6c)] }] }),
  ],
  [
    "a size of 4 billion that its data does not have",
    LOST,
    avif({ items: [{ width: 2 ** 32 - 1, height: 2 ** 32 - 1, data: sequenceHeader(3, 2) }] }),
  ],
  [
    "data of 65536x65536 that claims 3x2",
    LOST,
    avif({ items: [{ data: sequenceHeader(65_536, 65_536) }] }),
  ],
  ["no width", LOST, avif({ items: [{ width: 0, data: sequenceHeader(3, 2) }] })],
  ["a header without pixels", DAMAGED, avif()],
  [
    "40 million pixels without data",
    "too-many-pixels",
    avif({ items: [{ width: 8000, height: 5000 }] }),
  ],
  [
    "a crop of 1 of 65535x65535 pixels",
    "too-many-pixels",
    avif({
      items: [{
        ...{ width: 65_535, height: 65_535 },
        properties: [av1C(), box("clap", numbers(4, 1, 1, 1, 1, 0, 1, 0, 1))],
      }],
    }),
  ],
  [
    "20 million pixels without data",
    DAMAGED,
    avif({ items: [{ width: 5000, height: 4000, properties: [av1C(), PIXI] }] }),
  ],
  ["a grid of 256x256 tiles of 65536x65536", "too-many-pixels", hugeGrid],
  ["a grid of 65535 times the same tile", DAMAGED, () => sameTile(1)],
  ["a grid of 65535 times the same tile of 65535 extents", DAMAGED, () => sameTile(65_535)],
  ["5000 grids of alpha of the same tile of 65535 extents", DAMAGED, alphaGrids],
  [
    "a grid that is its own tile",
    "unsupported-format",
    avif({ items: [{ type: "grid", tiles: [1], data: grid(1, 1, 3, 2) }] }),
  ],
  [
    "a grid of a grid of itself",
    "unsupported-format",
    avif({
      items: [{ type: "grid", tiles: [2], data: grid(1, 1, 3, 2) }, {
        type: "grid",
        tiles: [1],
        data: grid(1, 1, 3, 2),
      }],
    }),
  ],
  ["a grid without tiles", LOST, avif({ items: [{ type: "grid", data: grid(1, 1, 3, 2) }] })],
  [
    "a grid of tiles that are not there",
    LOST,
    avif({ items: [{ type: "grid", tiles: [99], data: grid(1, 1, 3, 2) }] }),
  ],
  [
    "a grid of fewer tiles than it says",
    LOST,
    avif({ items: [{ type: "grid", tiles: [2], data: grid(2, 2, 3, 2) }, {}] }),
  ],
  [
    "a grid of more pixels than its tiles have",
    LOST,
    avif({
      items: [
        { type: "grid", width: 300, height: 200, tiles: [2], data: grid(1, 1, 300, 200) },
        {},
      ],
    }),
  ],
  [
    "a grid of 1 pixel of a huge tile",
    DAMAGED,
    avif({
      items: [{ type: "grid", width: 1, height: 1, tiles: [2], data: grid(1, 1, 1, 1) }, {
        width: 60_000,
        height: 60_000,
      }],
    }),
  ],
  [
    "a grid of another size than it claims",
    LOST,
    avif({ items: [{ type: "grid", tiles: [2], data: grid(1, 1, 300, 200) }, {}] }),
  ],
  [
    "a grid of one byte",
    DAMAGED,
    avif({ items: [{ type: "grid", tiles: [2], data: Uint8Array.of(0) }, {}] }),
  ],
  [
    "a list that is its own item",
    "unsupported-format",
    avif({ items: [{ type: "iovl", tiles: [1] }] }),
  ],
  ["a property a hundred times", LOST, withTable("iprp", IPCO, IPMA)],
  [
    "4 billion lists of properties",
    LOST,
    withTable("iprp", box("ipco"), fullBox("ipma", 0, numbers(4, 2 ** 32 - 1))),
  ],
  [
    "a property that is not there",
    LOST,
    withTable(
      "iprp",
      box("ipco"),
      fullBox("ipma", 0, numbers(4, 1), numbers(2, 1), numbers(1, 1, 127)),
    ),
  ],
  ["lists before its properties", LOST, withTable("iprp", IPMA, IPCO)],
  [
    "40000 properties",
    LOST,
    withTable("iprp", box("ipco", Uint8Array.from(repeated(box("free"), 40_000)))),
  ],
  [
    "two lists for an item",
    LOST,
    withTable(
      "iprp",
      IPCO,
      fullBox("ipma", 0, numbers(4, 2), numbers(2, 1), numbers(1, 0), numbers(2, 1), numbers(1, 0)),
    ),
  ],
  [
    "4 billion places",
    LOST,
    withTable("iloc", numbers(1, 2, 0, 0, 0, 0x44, 0), numbers(4, 2 ** 32 - 1)),
  ],
  [
    "places without bytes",
    LOST,
    withTable("iloc", numbers(1, 0, 0, 0, 0, 0, 0), numbers(2, 1, 1, 0, 65_535)),
  ],
  [
    "places of 3 bytes",
    LOST,
    withTable("iloc", numbers(1, 0, 0, 0, 0, 0x33, 0), numbers(2, 1, 1, 0, 1, 0, 0, 0)),
  ],
  [
    "a place beyond its end",
    DAMAGED,
    withTable(
      "iloc",
      numbers(1, 0, 0, 0, 0, 0x44, 0),
      numbers(2, 1, 1, 0, 1),
      numbers(4, 2 ** 32 - 1, 9),
    ),
  ],
  [
    "a place beyond 2^53",
    DAMAGED,
    withTable(
      "iloc",
      numbers(1, 0, 0, 0, 0, 0x88, 0),
      numbers(2, 1, 1, 0, 1),
      numbers(8, 2 ** 63, 2 ** 63),
    ),
  ],
  [
    "a place in another item",
    LOST,
    withTable("iloc", numbers(1, 1, 0, 0, 0, 0x44, 0), numbers(2, 1, 1, 2, 0, 1), numbers(4, 0, 9)),
  ],
  [
    "a place in a box that is not there",
    LOST,
    withTable("iloc", numbers(1, 1, 0, 0, 0, 0x44, 0), numbers(2, 1, 1, 1, 0, 1), numbers(4, 0, 9)),
  ],
  [
    "two places for an item",
    LOST,
    withTable(
      "iloc",
      numbers(1, 0, 0, 0, 0, 0x44, 0),
      numbers(2, 2),
      numbers(2, 1, 0, 0),
      numbers(2, 1, 0, 0),
    ),
  ],
  [
    "a version of places that is none",
    LOST,
    withTable("iloc", numbers(1, 9, 0, 0, 0, 0x44, 0), numbers(2, 0)),
  ],
  ["an image that is not there", LOST, withTable("pitm", numbers(1, 0, 0, 0, 0), numbers(2, 99))],
  ["no items", LOST, withTable("iinf", numbers(1, 0, 0, 0, 0), numbers(2, 0))],
  [
    "65535 items that are not there",
    LOST,
    withTable("iinf", numbers(1, 0, 0, 0, 0), numbers(2, 65_535)),
  ],
  [
    "the same item twice",
    LOST,
    withTable(
      "iinf",
      numbers(1, 0, 0, 0, 0),
      numbers(2, 2),
      Uint8Array.from(repeated(fullBox("infe", 2, numbers(2, 1, 0), text("av01\0")), 2)),
    ),
  ],
  ["a box in itself, 100000 deep", DAMAGED, () => behindType(nested(100_000))],
  ["15 MB of empty boxes", LOST, () => behindType(repeated(box("free"), 19e5))],
  [
    "metadata of 15 MB",
    LOST,
    () => concat(REAL.subarray(0, 32), high(4, 15e6 + 8), text("meta"), new Uint8Array(15e6)),
  ],
  [
    "metadata of 131000 boxes without an item, then 900 boxes",
    LOST,
    () =>
      behindType(
        box("meta", new Uint8Array(4), repeated(box("abcd"), 131_000)),
        repeated(box("free"), 900),
      ),
  ],
  [
    "a box of 2^64 bytes",
    DAMAGED,
    () => behindType(concat(high(4, 1), text("free"), high(8, 2 ** 64 - 2048))),
  ],
  ["a box of 4 GB", DAMAGED, () => behindType(concat(high(4, 2 ** 32 - 1), text("free")))],
  ["a box shorter than itself", LOST, () => behindType(concat(high(4, 3), text("free")))],
  ["a box to the end of the file", DAMAGED, () => behindType(concat(high(4, 0), text("free")))],
  ["a box type of 4 GB", ANY, () => concat(high(4, 2 ** 32 - 1), REAL.subarray(4))],
  ["two kinds of metadata", ANY, () => concat(REAL, box("meta", new Uint8Array(4)))],
  [
    "a movie of 4 billion frames",
    ["ok", "corrupt-image"],
    () => concat(REAL, box("moov", fullBox("mvhd", 0, new Uint8Array(96).fill(255)))),
  ],
  [
    "a movie without end",
    ["ok", "corrupt-image", "truncated-image"],
    () => concat(REAL, high(4, 2 ** 32 - 1), text("moov")),
  ],
  ["a coding that is not AV1", "unsupported-format", renamed("av01", "hvc1")],
  ["a coding that is none", "unsupported-format", renamed("av01", "none")],
  ["no metadata", DAMAGED, () => renamed("meta", "free")()],
  ["no size", LOST, renamed("ispe", "free")],
  ["a larger size than its data", LOST, patched("ispe", 8, 65_535)],
  ["no configuration", LOST, () => renamed("av1C", "free")()],
  ["data that is cut off", "truncated-image", () => REAL.slice(0, -100)],
  ["data that is all zeros", LOST, () => concat(REAL.subarray(0, -300), new Uint8Array(300))],
  [
    "its first box alone",
    "truncated-image",
    () => concat(high(4, 16), text("ftypavif"), high(4, 0)),
  ],
  [
    "15 MB of brands",
    DAMAGED,
    () => concat(high(4, 15e6), text("ftypavif"), repeated(text("mif1"), 4e6)),
  ],
  ["AV1 data of no kind", LOST, avif({ items: [{ data: numbers(1, 0x32, 4, 1, 2, 3, 4) }] })],
  ["AV1 data without bytes", LOST, avif({ items: [{ data: new Uint8Array(0) }] })],
  [
    "an AV1 unit of 2^56 bytes",
    DAMAGED,
    avif({
      items: [{ data: Uint8Array.from([0x0a, 255, 255, 255, 255, 255, 255, 255, 127, 0, 0, 0]) }],
    }),
  ],
  ["alpha of another size", LOST, () => alphaOf({ width: 60_000, height: 60_000 })],
  ["alpha that is its own image", DAMAGED, () => alphaOf({})],
  [
    "a crop of -1/-1 pixels",
    LOST,
    avif({ items: [{ properties: [av1C(), box("clap", new Uint8Array(32).fill(255))] }] }),
  ],
  [
    "a colour profile of 900 KB",
    DAMAGED,
    avif({ items: [{ properties: [av1C(), box("colr", text("prof"), new Uint8Array(9e5))] }] }),
  ],
  [
    "a colour profile that says it has 4 GB",
    DAMAGED,
    avif({
      items: [{
        properties: [
          av1C(),
          box("colr", text("prof"), Uint8Array.from(high(4, 2 ** 32 - 1)), new Uint8Array(124)),
        ],
      }],
    }),
  ],
  ...EXIF_LOOPS.map(([name, tiff]) =>
    [
      `Exif with ${name}`,
      DAMAGED,
      () => avif({ items: [{}, { type: "Exif", data: concat(high(4, 0), tiff()) }] })(),
    ] as const
  ),
]);

function hugeGrid(): Bytes {
  const side = 65_536;
  const tiles = Array<number>(256 * 256 - 1).fill(2);
  return avif({
    items: [
      {
        type: "grid",
        width: side,
        height: side - 256,
        tiles,
        data: grid(255, 257 - 1, side, side - 256),
      },
      { width: 256, height: 256 },
    ].map((item) => item.type === "grid" ? { ...item, tiles: tiles.slice(0, 255 * 256) } : item),
  })();
}

const ALPHA = fullBox("auxC", 0, text("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0"));

function alphaOf(options: { readonly width?: number; readonly height?: number }): Bytes {
  return avif({ items: [{}, { ...options, properties: [av1C(0x1c), ALPHA] }] })();
}

/** Builds the location of an item: empty extents, then one with all bytes. */
function place(id: number, extents: number, start: number, length: number): Uint8Array {
  return concat(
    high(2, id),
    high(2, 0),
    high(2, extents),
    repeated(high(8, 0), extents - 1),
    high(4, start),
    high(4, length),
  );
}

/** Builds a grid of 257x255 tiles of one pixel, all of them the same item. */
function sameTile(extents: number): Bytes {
  const gridData = grid(255, 256, 256, 255);
  return gridsOf(extents, [
    { type: "grid", width: 256, height: 255, tiles: Array(255 * 256).fill(2), data: gridData },
    { width: 1, height: 1 },
  ]);
}

/** Builds many grids of alpha over one tile. */
function alphaGrids(): Bytes {
  const data = grid(1, 1, 1, 1);
  const alpha = { type: "grid", width: 1, height: 1, tiles: [2], data, properties: [ALPHA] };
  return gridsOf(65_535, [
    { type: "grid", width: 1, height: 1, tiles: [2], data },
    { width: 1, height: 1 },
    ...Array(5000).fill(alpha),
  ], (i) => Math.min(i, 2));
}

type Items = NonNullable<AvifOptions["items"]>;

/** Builds an AVIF whose second item has many extents; items of one kind share properties. */
function gridsOf(extents: number, items: Items, kindOf = (i: number) => i): Bytes {
  const kinds = items.filter((_, i) => kindOf(i) === i);
  const lists = kinds.map(({ width = 3, height = 2, properties = [av1C(), PIXI] }) => [
    fullBox("ispe", 0, numbers(4, width, height)),
    ...properties,
  ]);
  const firsts = lists.map((_, i) =>
    lists.slice(0, i).reduce((sum, { length }) => sum + length, 1)
  );
  const iprp = box(
    "iprp",
    box("ipco", ...lists.flat()),
    fullBox(
      "ipma",
      0,
      high(4, items.length),
      concat(...items.map((_, i) => {
        const kind = kindOf(i);
        return concat(
          high(2, i + 1),
          [lists[kind]!.length],
          lists[kind]!.map((_, k) => firsts[kind]! + k),
        );
      })),
    ),
  );
  const data = kinds.map((item) => item.data ?? sequenceHeader(item.width ?? 3, item.height ?? 2));
  const rest = concat(...data);
  const iloc = (start: number) =>
    fullBox(
      "iloc",
      0,
      numbers(1, 0x44, 0),
      high(2, items.length),
      concat(...items.map((_, i) => {
        const kind = kindOf(i);
        const at = start + data.slice(0, kind).reduce((sum, { length }) => sum + length, 0);
        return place(i + 1, i === 1 ? extents : 1, at, data[kind]!.length);
      })),
    );
  const file = (start: number) => {
    const head = box("ftyp", text("avif"), high(4, 0), text("avif"));
    const meta = fullBox(
      "meta",
      0,
      fullBox("hdlr", 0, numbers(4, 0), text("pict"), new Uint8Array(13)),
      fullBox("pitm", 0, numbers(2, 1)),
      iloc(start),
      fullBox(
        "iinf",
        0,
        high(2, items.length),
        concat(
          ...items.map(({ type = "av01" }, i) =>
            fullBox("infe", 2, high(2, i + 1), high(2, 0), text(`${type}\0`))
          ),
        ),
      ),
      fullBox(
        "iref",
        0,
        concat(...items.flatMap(({ tiles = [] }, i) =>
          tiles.length === 0 ? [] : [box(
            "dimg",
            high(2, i + 1),
            high(2, tiles.length),
            concat(...tiles.map((tile) => high(2, tile))),
          )]
        )),
      ),
      iprp,
    );
    return concat(head, meta, high(4, rest.length + 8), text("mdat"), rest);
  };
  return file(file(0).length - rest.length);
}

/** Builds boxes that each hold the next. */
function nested(depth: number): Bytes {
  return concat(
    ...Array.from({ length: depth }, (_, i) => concat(high(4, (depth - i) * 8), text("free"))),
  );
}
