import { assert, assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { imageCodec } from "../../src/codecs/image_codec.ts";
import { decodedBytes } from "../../src/image/decoded_bytes.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { embindDecoder } from "../../src/codecs/embind_decoder.ts";
import { AVIF_BUILD } from "../../src/codecs/icodec_builds.ts";

const { codec } = await hostRuntime({ threads: 1 });
const LARGE = new URL("../sample_images/large/", import.meta.url);
const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Memory that the decoders of icodec start with, and that the estimate excludes. */
const START = 20e6;
/** Memory of a file in the decoder, at most, in files. */
const COPIES = 4;

/** Flat images of 2048x1024 pixels, so that the pixels outweigh the rest of the memory. */
const AVIFS = [
  ...["8-400", "8-420", "8-422", "8-444", "10-420", "12-422", "10-444"],
  ...["8-420-alpha", "8-444-alpha", "10-420-alpha", "12-444-alpha"],
  ...["8-420-grain", "10-444-grain"],
].map((kind) => `${kind}.avif`);
const HEICS = [
  ...["8-400", "8-420", "8-422", "8-444", "10-420", "10-422", "10-444"],
  ...["8-420-alpha", "10-444-alpha"],
].map((kind) => `${kind}.heic`);
const WEBPS = ["lossy", "lossless", "lossy-alpha", "lossless-alpha", "animated-part"]
  .map((kind) => `${kind}.webp`);

/** Decodes a file; returns the peak of the instance or the bytes of a canvas, and the estimate. */
async function decode(folder: URL, file: string) {
  const bytes = await Deno.readFile(new URL(file, folder));
  const header = readHeader(bytes);
  const { data, width, height } = codec.decode(bytes, header, header);
  assertEquals([width, height], [header.width, header.height]);
  return { bytes, data, peak: data.buffer.byteLength, estimate: decodedBytes(header, header) };
}

for (const file of [...AVIFS, ...WEBPS, ...HEICS]) {
  Deno.test(`imageCodec() decodes large/${file} within its memory estimate`, async () => {
    const { bytes, peak, estimate } = await decode(LARGE, file);
    const limit = START + COPIES * bytes.length + estimate;
    assert(peak <= limit, `${peak} bytes, estimated ${estimate}`);
  });
}

for (const file of AVIFS) {
  Deno.test(`decodedBytes() of ${file} is no more than a fifth above the memory it takes`, async () => {
    const { peak, estimate } = await decode(LARGE, file);
    assert(estimate <= 1.2 * peak, `${peak} bytes, estimated ${estimate}`);
  });
}

Deno.test("decodedBytes() of kinds of AVIF is in the order of the memory that they take", async () => {
  const order = ["8-420", "8-444", "10-420", "10-444", "10-444-grain", "12-444-alpha"];
  const found = await Promise.all(order.map((kind) => decode(LARGE, `${kind}.avif`)));
  for (const key of ["peak", "estimate"] as const) {
    const values = found.map((one) => one[key]);
    assertEquals(values, values.toSorted((one, other) => one - other), key);
  }
});

Deno.test("embindDecoder() refuses an image that takes one page more than it may", async () => {
  const module = await WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve(`icodec/${AVIF_BUILD.file}`))),
  );
  const { bytes } = await decode(LARGE, "8-420.avif");
  const run = embindDecoder(AVIF_BUILD, module);
  const { buffer: { byteLength: peak } } = run(bytes, 2 ** 30).data;
  assertEquals(run(bytes, peak).width, 2048);
  let isRefused = false;
  try {
    run(bytes, peak - 65_536);
  } catch {
    isRefused = true;
  }
  assert(isRefused);
});

Deno.test("imageCodec() returns no more pixels than the estimate of a GIF or BMP", async () => {
  for await (const { name } of Deno.readDir(FORMATS)) {
    if (!/\.(gif|bmp)$/.test(name)) continue;
    const { data, peak, estimate } = await decode(FORMATS, name);
    assertEquals(peak, data.length, name);
    assert(peak <= estimate, `${name}: ${peak} bytes, estimated ${estimate}`);
  }
});

Deno.test("imageCodec() collects garbage before each large image, and before no small one", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const webp = await WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve("icodec/webp-dec.wasm"))),
  );
  let collections = 0;
  const counting = imageCodec({ jpeg: empty, png: empty, webp }, {
    collectGarbage: () => collections++,
  });
  const bytes = await Deno.readFile(new URL("rgb.bmp", FORMATS));
  const header = readHeader(bytes);
  counting.decode(bytes, header, header);
  assertEquals(collections, 0);
  // 5000 · 5000 pixels of 3 bytes are 75 MB; the file ends before.
  const large = { ...header, width: 5000, height: 5000 };
  for (let i = 1; i <= 2; i++) {
    assertThrows(() => counting.decode(bytes, large, large), DomainError);
    assertEquals(collections, i);
  }
});
