import { assert, assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../../src/core/domain_error.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertRefused } from "./assert_refused.ts";
import { bytesOf } from "./bytes_of.ts";

const UNSUPPORTED: readonly (readonly [name: string, bytes: string])[] = [
  ["HEIC", "\0\0\0\x18ftypheic\0\0\0\0"],
  ["HEIC", "\0\0\x01\0ftypheix\0\0\0\0"],
  ["HEIC", "\0\0\0\x18ftyphevc\0\0\0\0"],
  ["HEIF", "\0\0\0\x18ftypmif1\0\0\0\0"],
  ["HEIF", "\0\0\0\x18ftypmsf1\0\0\0\0"],
  ["TIFF", "II*\0\x08\0\0\0"],
  ["TIFF", "MM\0*\0\0\0\x08"],
  ["TIFF", "II+\0\x08\0\0\0"],
  ["TIFF", "MM\0+\0\x08\0\0"],
  ["JPEG XL", "\xff\x0a\xfa\x1f"],
  ["JPEG XL", "\0\0\0\x0cJXL \r\n\x87\n"],
  ["JPEG 2000", "\xff\x4f\xff\x51\0\x2f"],
  ["JPEG 2000", "\0\0\0\x0cjP  \r\n\x87\n"],
  ["SVG", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ["SVG", '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg/>'],
  ["SVG", " \n<!-- drawn --><svg/>"],
  ["SVG", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN">'],
  ["PDF", "%PDF-1.7\n"],
  ["ICO", "\0\0\x01\0\x01\0\x10\x10"],
];

Deno.test("readHeader() names each format that it knows and does not read", () => {
  for (const [name, text] of UNSUPPORTED) {
    assertRefused(bytesOf(text), "unsupported-format", `current value is ${name}.`, "send that");
  }
});

Deno.test("readHeader() asks for JPEG where it is sent HEIC", () => {
  assertRefused(bytesOf("\0\0\0\x18ftypheic"), "unsupported-format", "Save it as JPEG");
});

const NO_IMAGES: readonly (readonly [claim: string, bytes: string])[] = [
  ["text", "BMW and Fiat\n"],
  ["a web page with a drawing", "<!DOCTYPE html><html><body><svg/></body></html>"],
  ["XML of another kind", '<?xml version="1.0"?><rss/>'],
  ["a RIFF file that is a sound", "RIFF\x24\0\0\0WAVEfmt "],
  ["an ISO media file that is a film", "\0\0\0\x20ftypisom\0\0\0\0"],
  ["an archive", "PK\x03\x04\x14\0"],
  ["a GIF of no known version", "GIF88a\x03\0\x02\0"],
  ["a PNG whose line ends were rewritten", "\x89PNG\n\x1a\n\0\0\0\rIHDR"],
  ["SOI and no marker", "\xff\xd8\0\0"],
  ["one zero byte", "\0"],
];

for (const [claim, text] of NO_IMAGES) {
  Deno.test(`readHeader() takes ${claim} for no image`, () => {
    assertRefused(bytesOf(text), "not-an-image", "JPEG, PNG, GIF, WebP, AVIF or BMP");
  });
}

Deno.test("readHeader() puts none of a file's own text into its message", () => {
  const error = assertThrows(() => readHeader(bytesOf("evil\n\x1b[0m")), DomainError);
  assert(/^[ -~]*$/.test(error.message) && !error.message.includes("evil"), error.message);
});

Deno.test("readHeader() asks for an image where it gets no bytes", () => {
  assertRefused(new Uint8Array(), "no-image", "Send a JPEG, PNG, GIF, WebP, AVIF or BMP");
});

const PHOTOS = new URL("../../../../shared/photos/", import.meta.url);

function hasPhotos(): boolean {
  try {
    return Deno.statSync(PHOTOS).isDirectory;
  } catch {
    return false;
  }
}

const ignore = !hasPhotos();

for (
  const [file, width, height] of [["cat_1080p.jpg", 1920, 1080], [
    "kite_and_cold.jpg",
    1352,
    900,
  ]] as const
) {
  Deno.test({
    name: `readHeader() reads the photo ${file} (skipped without the photos)`,
    ignore,
    fn() {
      const header = readHeader(Deno.readFileSync(new URL(file, PHOTOS)));
      assertEquals(header, {
        format: "jpeg",
        width,
        height,
        orientation: 1,
        bitDepth: 8,
        channels: 3,
        hasAlpha: false,
      });
    },
  });
}

Deno.test({
  name: "readHeader() reads the photo grace_hopper.bmp (skipped without the photos)",
  ignore,
  fn() {
    const { format, bitDepth } = readHeader(
      Deno.readFileSync(new URL("grace_hopper.bmp", PHOTOS)),
    );
    assertEquals([format, bitDepth], ["bmp", 8]);
  },
});
