import { assertEquals } from "@std/assert";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { av1C, box, buildAvif, numbers } from "./build_avif.ts";
import { buildJpeg, exifSegment } from "./build_jpeg.ts";
import { buildPng, pngChunk } from "./build_png.ts";
import { orientationTiff } from "./build_tiff.ts";
import { buildWebp, HAS_EXIF, vp8Frame, vp8x, webpChunk } from "./build_webp.ts";

/** Integer types (TIFF 6.0, section 2). */
const TYPES = { BYTE: 1, SHORT: 3, LONG: 4, SBYTE: 6, SSHORT: 8, SLONG: 9 };

/** Builds an image with an Exif block. */
const CONTAINERS: Readonly<Record<string, (tiff: Uint8Array) => Uint8Array>> = {
  JPEG: (tiff) => buildJpeg({ before: [exifSegment(tiff)] }),
  PNG: (tiff) => buildPng({ chunks: [pngChunk("eXIf", tiff)] }),
  WebP: (tiff) =>
    buildWebp([vp8x(HAS_EXIF), webpChunk("VP8 ", vp8Frame()), webpChunk("EXIF", tiff)]),
};

for (const [container, build] of Object.entries(CONTAINERS)) {
  for (const [name, type] of Object.entries(TYPES)) {
    Deno.test(`readHeader() reads an orientation of type ${name} in a ${container}`, () => {
      for (const littleEndian of [false, true]) {
        for (let value = 1; value <= 8; value++) {
          const bytes = build(orientationTiff(value, littleEndian, type));
          assertEquals(readHeader(bytes).orientation, value);
        }
      }
    });
  }
}

Deno.test("readHeader() ignores Exif in an AVIF, which irot and imir turn upright", () => {
  const exif = { type: "Exif", data: orientationTiff(6) };
  const turned = { properties: [av1C(), box("irot", numbers(1, 1))] };
  assertEquals(readHeader(buildAvif({ items: [{}, exif] })).orientation, 1);
  assertEquals(readHeader(buildAvif({ items: [turned, exif] })).orientation, 8);
});
