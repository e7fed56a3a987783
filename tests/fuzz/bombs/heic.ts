import { readHeicHeader } from "../../../src/image/formats/heic/header.ts";
import {
  type AvifOptions,
  box,
  buildAvif,
  type ItemOptions,
  numbers,
} from "../../image/formats/build_avif.ts";
import { bytesOf, joinBytes } from "../../image/formats/bytes_of.ts";
import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, repeated } from "../parts.ts";

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
const TILE = readHeicHeader(Deno.readFileSync(new URL("tile.heic", FORMATS)));
const { data: DATA, sequence: { config: CONFIG } } = TILE.image.colour.tiles[0]!;
const ITEM: ItemOptions = {
  ...{ type: "hvc1", width: 64, height: 64, data: DATA },
  properties: [box("hvcC", CONFIG)],
};

function heic(options: AvifOptions = {}): () => Bytes {
  return () => Uint8Array.from(buildAvif({ brands: ["heic", "mif1"], items: [ITEM], ...options }));
}

function item(changes: ItemOptions): () => Bytes {
  return () => heic({ items: [{ ...ITEM, ...changes }] })();
}

/** Builds a grid of the same tile. */
function grid(rows: number, columns: number): () => Bytes {
  const size = { width: columns * 64, height: rows * 64 };
  const data = joinBytes(
    numbers(1, 0, 1, rows - 1, columns - 1),
    numbers(4, size.width, size.height),
  );
  const tiles = Array(rows * columns).fill(2);
  return () => heic({ items: [{ type: "grid", ...size, data, tiles, properties: [] }, ITEM] })();
}

/** Builds a slice that needs the first one of its picture, or is it. */
function slice(isFirst: boolean): Uint8Array {
  return numbers(1, 0, 0, 0, 3, 19 << 1, 1, isFirst ? 0x80 : 0);
}

const LOST = "corrupt-image";
const UNKNOWN = "unsupported-format";

/** HEICs of huge sizes, many tiles, slices and pictures, and damaged parameter sets. */
export const HEIC_BOMBS: readonly Bomb[] = bombsOf("HEIC", [
  [
    "a brand alone",
    "truncated-image",
    () => concat(numbers(4, 16), bytesOf("ftypheic"), numbers(4, 0)),
  ],
  ["65536x65536 pixels of a tile", LOST, item({ width: 65_536, height: 65_536 })],
  ["490 times the same tile", "ok", grid(10, 49)],
  ["65,025 times the same tile", LOST, grid(255, 255)],
  ["a picture of no data", LOST, item({ data: slice(true) })],
  [
    "8 slices of no data",
    LOST,
    item({ data: joinBytes(slice(true), ...Array(7).fill(slice(false))) }),
  ],
  [
    "a million slices",
    LOST,
    () => item({ data: concat(DATA, repeated(slice(false), 1e6)) })(),
  ],
  ["a million pictures", LOST, () => item({ data: repeated(slice(true), 1e6) })()],
  ["a million empty units", LOST, () => item({ data: new Uint8Array(4e6) })()],
  ["a unit of 4 GB", ["truncated-image", LOST], item({ data: numbers(4, 2 ** 32 - 1, 0) })],
  ["parameter sets of zeros", LOST, item({ properties: [box("hvcC", new Uint8Array(16_000))] })],
  [
    "parameter sets of ones",
    LOST,
    item({ properties: [box("hvcC", new Uint8Array(16_000).fill(255))] }),
  ],
  ["a grid of itself", UNKNOWN, () => {
    const data = joinBytes(numbers(1, 0, 0, 0, 0), numbers(2, 64, 64));
    const own = { type: "grid", width: 64, height: 64, data, tiles: [1], properties: [] };
    return heic({ items: [own] })();
  }],
  ["an image sequence", UNKNOWN, () => concat(box("ftyp", bytesOf("hevc\0\0\0\0")), box("moov"))],
  ["a HEIF of no coding", "truncated-image", () => box("ftyp", bytesOf("mif1\0\0\0\0"))],
]);
