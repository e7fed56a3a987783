import { assert, assertEquals } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { embindDecoder } from "../../src/codecs/embind_decoder.ts";
import { AVIF_BUILD, WEBP_BUILD } from "../../src/codecs/icodec_builds.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { imageCodec } from "../../src/codecs/image_codec.ts";
import { av1C, buildAvif, PIXI } from "../image/formats/build_avif.ts";
import { ANIMATED, anmf, buildWebp, vp8x, webpChunk } from "../image/formats/build_webp.ts";
import { readWebpHeader } from "../../src/image/formats/webp.ts";
import { seededRandom } from "../random.ts";
import { assertDomainError } from "../testing.ts";

const { codec } = await hostRuntime({ threads: 1 });
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Bytes that identify an AVIF; a shorter file is not an image. */
const KNOWN_FROM = 12;

/** Still images that need each of their bytes. */
const STILLS = [
  ...["lossy.webp", "lossless.webp", "lossy-alpha.webp", "orientation-6.webp"],
  ...["rgb.avif", "alpha.avif", "10-bit.avif", "grid.avif", "one-bit.bmp"],
  ...["rgb.heic", "alpha.heic"],
];

for (const file of STILLS) {
  Deno.test(`imageCodec() refuses ${file} cut at any byte as truncated`, async () => {
    const bytes = await read(file);
    for (let length = KNOWN_FROM; length < bytes.length; length++) {
      assertDomainError(() => decode(bytes.slice(0, length)), "truncated-image");
    }
    assertEquals(decode(bytes).reduction, 1);
  });
}

/** Changes one to six bytes, half of the time behind the first 64. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const mutant = bytes.slice();
  const below = (limit: number) => Math.floor(random() * limit);
  const from = below(2) * Math.min(64, bytes.length >> 1);
  for (let i = below(6); i >= 0; i--) mutant[from + below(bytes.length - from)] = below(256);
  return mutant;
}

const MUTATED: readonly (readonly [file: string, count: number])[] = [
  ["lossy.webp", 300],
  ["lossless-alpha.webp", 300],
  ["lossy-alpha.webp", 300],
  ["animated.webp", 200],
  ["orientation-6.webp", 200],
  ["rgb.avif", 200],
  ["alpha.avif", 200],
  ["animated.avif", 200],
  ["12-bit.avif", 150],
  ["grid-alpha.avif", 200],
  ["rgb.heic", 300],
  ["alpha.heic", 200],
  ["10-bit.heic", 150],
  ["palette.bmp", 300],
];

for (const [file, count] of MUTATED) {
  Deno.test(`imageCodec() decodes or refuses each of ${count} mutations of ${file}`, async () => {
    const bytes = await read(file);
    const random = seededRandom(bytes.length);
    const seen = new Set<string>();
    for (let i = 0; i < count; i++) seen.add(outcome(mutate(bytes, random)));
    assert(seen.has("decoded"), "no mutation was decoded");
    assert(seen.size > 1, "no mutation was refused");
  });
}

const CODES = ["not-an-image", "unsupported-format", "truncated-image", "corrupt-image"];

/** Returns "decoded" or the code of the error, which must be one of `CODES`. */
function outcome(bytes: Uint8Array): string {
  try {
    const header = readHeader(bytes);
    if (header.width * header.height > 1e6) return "too-many-pixels";
    const { width, height, data, channels } = codec.decode(bytes, header, header);
    assertEquals([width, height], [header.width, header.height]);
    assertEquals(data.length, width * height * channels);
    return "decoded";
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    assert(CODES.includes(error.code), error.code);
    return error.code;
  }
}

Deno.test("imageCodec() puts a WebP frame smaller than its canvas on a transparent canvas", async () => {
  const { data } = readWebpHeader(await read("lossless.webp")).frame; // 64x48
  const frame = anmf([6, 10, 64, 48], webpChunk("VP8L", data));
  const pixels = decode(buildWebp([vp8x(ANIMATED, 80, 60), frame]));
  assertEquals([pixels.width, pixels.height, pixels.channels], [80, 60, 4]);
  const still = decode(await read("lossless.webp"));
  const at = (x: number, y: number) => {
    return [...pixels.data.slice((y * 80 + x) * 4, (y * 80 + x + 1) * 4)];
  };
  assertEquals(at(5, 10), [0, 0, 0, 0]);
  assertEquals(at(6, 9), [0, 0, 0, 0]);
  assertEquals(at(6, 10), [...still.data.slice(0, 4)]);
  assertEquals(at(69, 57), [...still.data.slice(-4)]);
  assertEquals(at(70, 57), [0, 0, 0, 0]);
});

Deno.test("imageCodec() decodes a WebP and an AVIF after it refused others", async () => {
  for (const file of ["lossy.webp", "rgb.avif"]) {
    const bytes = await read(file);
    const broken = bytes.slice().fill(0x55, bytes.length - 100);
    outcome(broken);
    assertEquals(decode(bytes).width, 64);
  }
});

Deno.test("imageCodec() without an AVIF decoder refuses AVIF as unsupported", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const webp = await compile("icodec/webp-dec.wasm");
  const without = imageCodec({ jpeg: empty, png: empty, webp });
  const bytes = await read("rgb.avif");
  const header = readHeader(bytes);
  assertDomainError(() => without.decode(bytes, header, header), "unsupported-format", "JPEG");
});

Deno.test("embindDecoder() limits the memory of a decoder", async () => {
  const cases = [["lossy.webp", WEBP_BUILD, 18.9e6], ["rgb.avif", AVIF_BUILD, 19.6e6]] as const;
  for (const [file, build, enough] of cases) {
    const decode = embindDecoder(build, await compile(`icodec/${build.file}`));
    const bytes = await read(file);
    assertEquals(decode(bytes, enough).width, 64);
    const large = new Uint8Array(20e6);
    large.set(bytes);
    assertDomainError(() => decode(large, enough), "corrupt-image", "damaged");
  }
});

Deno.test("imageCodec() refuses a small AVIF with one large tile for its memory", async () => {
  const large = await read("large-flat.avif");
  const { width, height } = readHeader(large);
  assertEquals([width, height], [4096, 4096]);
  const data = large.slice(indexOf(large, "mdat") + 4);
  const bomb = buildAvif({
    items: [{
      ...{ type: "grid", width: 100, height: 100, tiles: [2], properties: [PIXI] },
      data: Uint8Array.of(0, 0, 0, 0, 0, 100, 0, 100),
    }, { width, height, data, properties: [av1C(), PIXI] }],
  });
  assertEquals(readHeader(bomb).width, 100);
  assertDomainError(() => decode(bomb), "corrupt-image");
  // Only the memory limit refuses it.
  const unlimited = embindDecoder(AVIF_BUILD, await compile("icodec/avif-dec.wasm"));
  assertEquals(unlimited(bomb, 2 ** 30).width, 100);
});

function indexOf(bytes: Uint8Array, text: string): number {
  return new TextDecoder("latin1").decode(bytes).indexOf(text);
}

async function compile(name: string): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await Deno.readFile(new URL(import.meta.resolve(name))));
}

function decode(bytes: Uint8Array): Pixels {
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(new URL(file, FORMATS));
}
