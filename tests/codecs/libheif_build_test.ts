import { assertEquals, assertThrows } from "@std/assert";
import { LIBHEIF_BUILD } from "../../src/codecs/libheif_build.ts";
import { libheifDecoder } from "../../src/codecs/libheif_decoder.ts";
import { readHeicHeader } from "../../src/image/formats/heic/header.ts";
import { imageCodec } from "../../src/codecs/image_codec.ts";
import { assertDomainError } from "../testing.ts";

const FILE = new URL(import.meta.resolve(`libheif-js/${LIBHEIF_BUILD.file}`));
const BYTES = await Deno.readFile(FILE);
const MODULE = await WebAssembly.compile(BYTES);
const SCRIPT = await Deno.readTextFile(new URL("libheif.js", FILE));
const IMAGE = await Deno.readFile(new URL("../sample_images/formats/rgb.heic", import.meta.url));

Deno.test("the installed libheif.wasm is the build of the table", async () => {
  const hash = await crypto.subtle.digest("SHA-256", BYTES);
  assertEquals(new Uint8Array(hash).toHex(), LIBHEIF_BUILD.sha256);
});

Deno.test("the table of libheif.wasm has the exports in the JavaScript of the package", () => {
  const letters = Object.fromEntries(
    [...SCRIPT.matchAll(/t\._(\w+)=\w+\.(\w+)/g)].map(([, name, letter]) => [name, letter]),
  );
  const { memory, __wasm_call_ctors, ...functions } = LIBHEIF_BUILD.exports;
  for (const [name, letter] of Object.entries(functions)) assertEquals(letters[name], letter, name);
  // The first function that the JavaScript calls, and the buffer of its views.
  assertEquals(SCRIPT.match(/(\w+)=\w+\.exports,\w+=\1\.(\w+),/)?.[2], memory);
  assertEquals([memory, __wasm_call_ctors], ["Q", "R"]);
});

Deno.test("libheifDecoder() refuses libheif.wasm of another build and says why", () => {
  const { exports, imports } = LIBHEIF_BUILD;
  const { a, ...fewer } = imports;
  const others = [
    { ...LIBHEIF_BUILD, imports: fewer },
    { ...LIBHEIF_BUILD, imports: { ...imports, "?": a! } },
    { ...LIBHEIF_BUILD, exports: { ...exports, malloc: "?" } },
  ];
  for (const other of others) {
    assertThrows(() => libheifDecoder(other, MODULE), Error, "Install libheif-js 1.23.2");
  }
});

Deno.test("libheifDecoder() refuses an image that takes more memory than it may", async () => {
  const decode = libheifDecoder(LIBHEIF_BUILD, MODULE);
  const large = new URL("../sample_images/large/10-444.heic", import.meta.url);
  const bytes = await Deno.readFile(large);
  const peak = decode(bytes, 3, 2 ** 30).data.buffer.byteLength;
  assertEquals(decode(bytes, 3, peak).width, 2048);
  assertThrows(() => decode(bytes, 3, peak - 65_536));
});

Deno.test("imageCodec() compiles the HEIC decoder for the first HEIC, once", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const webp = await WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve("icodec/webp-dec.wasm"))),
  );
  let loads = 0;
  const heic = () => {
    loads++;
    return MODULE;
  };
  const codec = imageCodec({ jpeg: empty, png: empty, webp, heic });
  codec.checkFormat("heic");
  assertEquals(loads, 0);
  const header = readHeicHeader(IMAGE);
  for (let i = 0; i < 2; i++) assertEquals(codec.decode(IMAGE, header, header).width, 64);
  assertEquals(loads, 1);
});

Deno.test("imageCodec() without a HEIC decoder refuses HEIC and names the setting of iPhones", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const webp = await WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve("icodec/webp-dec.wasm"))),
  );
  const codec = imageCodec({ jpeg: empty, png: empty, webp });
  const header = readHeicHeader(IMAGE);
  const refusals = [
    () => codec.checkFormat("heic"),
    () => codec.decode(IMAGE, header, header),
  ];
  for (const refusal of refusals) {
    assertDomainError(refusal, "unsupported-format", "Most Compatible");
  }
});
