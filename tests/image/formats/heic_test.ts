import { assert, assertEquals } from "@std/assert";
import { readHeicHeader } from "../../../src/image/formats/heic/header.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import { assertDomainError } from "../../testing.ts";
import { assertRefused } from "./assert_refused.ts";
import { type AvifOptions, box, buildAvif, type ItemOptions, numbers } from "./build_avif.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
const TILE = readHeicHeader(Deno.readFileSync(new URL("tile.heic", FORMATS)));
const { data: DATA, sequence: { config: CONFIG } } = TILE.image.colour.tiles[0]!;

/** Payload of `hvcC` with other bytes at an offset. */
function hvcC(at = 0, ...bytes: readonly number[]): Uint8Array {
  const config = CONFIG.slice();
  if (bytes.length > 0) config.set(bytes, at);
  return box("hvcC", config);
}

/** Item of 64x64 pixels with the HEVC data of a sample image. */
const ITEM: ItemOptions = {
  ...{ type: "hvc1", width: 64, height: 64, data: DATA },
  properties: [hvcC()],
};
const IROT = (turns: number) => box("irot", numbers(1, turns));
const IMIR = (axis: number) => box("imir", numbers(1, axis));

function heic(options: AvifOptions = {}): Uint8Array {
  return buildAvif({ brands: ["heic", "mif1"], items: [ITEM], ...options });
}

function withProperties(...properties: readonly Uint8Array[]): Uint8Array {
  return heic({ items: [{ ...ITEM, properties: [hvcC(), ...properties] }] });
}

function withData(...parts: readonly Uint8Array[]): Uint8Array {
  return heic({ items: [{ ...ITEM, data: joinBytes(...parts) }] });
}

/** Builds a unit of one slice without content: its length, its type and the flag of the first. */
function slice(type: number, isFirst: boolean): Uint8Array {
  return numbers(1, 0, 0, 0, 3, type << 1, 1, isFirst ? 0x80 : 0);
}

function grid(rows: number, columns: number, tile = 64): Uint8Array {
  return joinBytes(
    numbers(1, 0, 1, rows - 1, columns - 1),
    numbers(4, columns * tile, rows * tile),
  );
}

function gridOf(rows: number, columns: number, tiles: readonly number[]): Uint8Array {
  const size = { width: columns * 64, height: rows * 64 };
  const data = grid(rows, columns);
  return heic({ items: [{ type: "grid", ...size, data, tiles, properties: [] }, ITEM] });
}

function decode(bytes: Uint8Array) {
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

for (
  const brands of [["heic"], ["heix", "mif1"], ["mif1", "heic"], ["mif1", "miaf"], ["hevc"], [
    "msf1",
    "heic",
    "avif",
  ]]
) {
  Deno.test(`readHeader() reads HEVC in a file of the brands ${brands}`, () => {
    const { format, width, height, bitDepth, channels } = readHeader(heic({ brands }));
    assertEquals([format, width, height, bitDepth, channels], ["heic", 64, 64, 8, 3]);
  });
}

/** Properties in their order, and the Exif orientation that equals them. */
const TURNS: readonly (readonly [properties: readonly Uint8Array[], orientation: number])[] = [
  [[], 1],
  [[IROT(1)], 8],
  [[IROT(3)], 6],
  [[IMIR(1)], 2],
  [[IROT(1), IMIR(1)], 7],
  // Mirrored left to right, and then turned left: the rotation is undone before the mirroring.
  [[IMIR(1), IROT(1)], 5],
];

for (const [properties, orientation] of TURNS) {
  Deno.test(`readHeader() takes orientation ${orientation} from the properties of a HEIC`, () => {
    assertEquals(readHeader(withProperties(...properties)).orientation, orientation);
  });
}

Deno.test("readHeader() ignores the Exif orientation of a HEIC", () => {
  const exif = joinBytes(
    numbers(4, 6),
    bytesOf("Exif\0\0MM\0*\0\0\0\x08"),
    numbers(2, 1, 0x112, 3),
  );
  const items = [ITEM, { type: "Exif", data: joinBytes(exif, numbers(4, 1), numbers(2, 6, 0)) }];
  assertEquals(readHeader(heic({ items })).orientation, 1);
});

Deno.test("imageCodec() decodes a HEIC from another container like the usual one", async () => {
  const usual = await Deno.readFile(new URL("tile.heic", FORMATS));
  const expected = decode(usual).data;
  // A thumbnail, a depth map and metadata are items that are not the primary one.
  const others = [{ ...ITEM, type: "hvc1", width: 8 }, { type: "mime", data: bytesOf("<x/>") }];
  assertEquals(decode(heic()).data, expected);
  assertEquals(decode(heic({ items: [ITEM, ...others] })).data, expected);
  assertEquals(decode(withProperties(IROT(1))).data, expected);
});

Deno.test("imageCodec() decodes a grid of a HEIC, and tiles that are one item", () => {
  const tile = decode(heic());
  const found = decode(gridOf(2, 3, [2, 2, 2, 2, 2, 2]));
  assertEquals([found.width, found.height, found.channels], [192, 128, 3]);
  for (const [column, row] of [[0, 0], [2, 0], [1, 1]] as const) {
    const from = ((row * 64 + 9) * 192 + column * 64) * 3;
    assertEquals(found.data.slice(from, from + 192), tile.data.slice(9 * 192, 10 * 192));
  }
});

Deno.test("imageCodec() crops a HEIC", () => {
  const whole = decode(heic());
  const clap = box("clap", numbers(4, 10, 1, 8, 1, 5, 1, 2 ** 32 - 4, 1));
  const part = decode(withProperties(clap));
  // (64 - 10) / 2 + 5 = 32 and (64 - 8) / 2 - 4 = 24.
  assertEquals([part.width, part.height], [10, 8]);
  const from = ((24 + 3) * 64 + 32) * 3;
  assertEquals(part.data.slice(90, 120), whole.data.slice(from, from + 30));
});

Deno.test("imageCodec() divides colours of a HEIC by alpha that they were multiplied by", async () => {
  const file = await Deno.readFile(new URL("alpha.heic", FORMATS));
  const header = readHeicHeader(file);
  const plain = codec.decode(file, header, header);
  const image = { ...header.image, isPremultiplied: true };
  const divided = codec.decode(file, { ...header, image }, header);
  const at = plain.data.findIndex((value, i) => i % 4 === 3 && value > 100 && value < 150) - 3;
  for (let i = at; i < at + 3; i++) {
    const expected = Math.min(255, plain.data[i]! * 255 / plain.data[at + 3]!);
    assert(Math.abs(divided.data[i]! - expected) <= 1);
  }
  assert(divided.data.some((value, i) => value !== plain.data[i]));
});

/** Offset of the parameter sets in `hvcC`: their number follows the length of units. */
const LENGTHS = 21;
const ARRAYS = 22;

const REFUSED: readonly (readonly [claim: string, words: string, bytes: Uint8Array])[] = [
  ["another size than its HEVC data", "declared 63x64", heic({ items: [{ ...ITEM, width: 63 }] })],
  ["no HEVC configuration", "HEVC configuration", heic({ items: [{ ...ITEM, properties: [] }] })],
  [
    "lengths of 3 bytes",
    "1, 2 or 4 bytes",
    heic({ items: [{ ...ITEM, properties: [hvcC(LENGTHS, 2)] }] }),
  ],
  [
    "no parameter sets",
    "parameter set",
    heic({ items: [{ ...ITEM, properties: [hvcC(ARRAYS, 0)] }] }),
  ],
  [
    "a configuration that ends early",
    "inside the one",
    heic({ items: [{ ...ITEM, properties: [hvcC(ARRAYS, 99)] }] }),
  ],
  [
    "a configuration of 20 KB",
    "16384 bytes",
    heic({ items: [{ ...ITEM, properties: [box("hvcC", new Uint8Array(20_000))] }] }),
  ],
  ["two pictures", "one picture", withData(DATA, DATA)],
  ["no picture", "one picture", withData(numbers(1, 0, 0, 0, 2, 0x4e, 1))],
  ["only a part of a picture", "one picture", withData(slice(19, false))],
  ["a picture that needs others", "no other picture", withData(slice(1, true))],
  ["9 slices", "at most 8 slices", withData(DATA, ...Array(8).fill(slice(19, false)))],
  ["parameter sets in its data", "in its configuration", withData(slice(33, true), DATA)],
  [
    "10,001 units",
    "10000 units",
    withData(DATA, ...Array(10_001).fill(numbers(1, 0, 0, 0, 1, 0x4e))),
  ],
  ["a grid of 492 tiles", "490 tiles", gridOf(3, 164, Array(492).fill(2))],
];

for (const [claim, words, bytes] of REFUSED) {
  Deno.test(`readHeader() refuses a HEIC with ${claim}`, () => {
    assertDomainError(() => readHeader(bytes), "corrupt-image", words);
  });
}

/** Sequence parameter set of 8192x1024 pixels that x265 wrote. */
const LARGE_SET = Uint8Array.fromHex(
  "4201010408000003009fa8000003000096a00040020040165ba924c2f0168080000003008000000c84",
);

/** Builds a HEIC of 8192x1024 pixels with slices without content. */
function slices(count: number): Uint8Array {
  const set = joinBytes(numbers(1, 33), numbers(2, 1, LARGE_SET.length), LARGE_SET);
  const properties = [box("hvcC", CONFIG.slice(0, ARRAYS), numbers(1, 1), set)];
  const data = joinBytes(slice(19, true), ...Array(count - 1).fill(slice(19, false)));
  return heic({ items: [{ ...ITEM, width: 8192, height: 1024, data, properties }] });
}

Deno.test("readHeader() refuses slices of a HEIC that could cover over 64 million pixels", () => {
  assertEquals(readHeader(slices(1)).width, 8192);
  assertEquals(readHeader(slices(7)).width, 8192); // 7 · 8192 · 1024 = 58,720,256.
  const words = "at most 64000000 pixels: current value is 67108864";
  assertDomainError(() => readHeader(slices(8)), "corrupt-image", words);
});

Deno.test("readHeader() refuses a sequence and other codings in a HEIC as unsupported", () => {
  const moov = joinBytes(box("ftyp", bytesOf("hevc\0\0\0\0")), box("moov"));
  assertRefused(moov, "unsupported-format", "image sequence");
  for (const [type, name] of [["av01", "AV1"], ["jpeg", "JPEG"], ["iden", "another"]] as const) {
    const bytes = heic({ items: [{ ...ITEM, type }] });
    assertRefused(bytes, "unsupported-format", name);
  }
});
