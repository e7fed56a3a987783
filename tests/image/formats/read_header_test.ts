import { assert, assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../../src/core/domain_error.ts";
import { readJpegHeader } from "../../../src/image/formats/jpeg.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";
import { assertRefused } from "./assert_refused.ts";
import { bytesOf } from "./bytes_of.ts";

const UNSUPPORTED: readonly (readonly [name: string, bytes: string])[] = [
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
  ["SVG", `<?xml version="1.0"?><?xml-stylesheet href="a.css"?><!--${"-".repeat(5000)}--> <svg/>`],
  ["SVG", '<?xml version="1.0"?><svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>'],
  ["SVG", '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "<b>">]>\n<svg/>'],
  ["SVG", "\xff\xfe" + [...'<?xml version="1.0"?>\r\n<svg/>'].join("\0") + "\0"],
  ["SVG", "\xfe\xff\0" + [..."<svg/>"].join("\0")],
  ["PDF", "%PDF-1.7\n"],
  ["PSD", "8BPS\0\x01\0\0\0\0\0\0\0\x03"],
  ["CUR", "\0\0\x02\0\x01\0 "],
  ["TGA", "\0\0\x02\0\0\0\0\0\0\0\0\0\x40\0\x40\0\x18\0"],
  ["ICO", "\0\0\x01\0\x01\0\x10\x10"],
];

Deno.test("readHeader() names the format of a file that it does not support", () => {
  for (const [name, text] of UNSUPPORTED) {
    assertRefused(bytesOf(text), "unsupported-format", `current value is ${name}.`, "send that");
  }
});

const NO_IMAGES: readonly (readonly [claim: string, bytes: string])[] = [
  ["text", "BMW and Fiat\n"],
  ["a web page with a drawing", "<!DOCTYPE html><html><body><svg/></body></html>"],
  ["a web page that is a drawing", "<!DOCTYPE html><svg></svg>"],
  ["a web page in XML with a drawing", '<?xml version="1.0"?><html><svg/></html>'],
  ["a comment without end", "<!-- <svg/>"],
  ["XML whose root element only begins like a drawing", "<svgs/>"],
  ["a prolog without a root element", '<?xml version="1.0"?><!-- drawn -->'],
  ["XML of another kind", '<?xml version="1.0"?><rss/>'],
  ["a RIFF file with sound", "RIFF\x24\0\0\0WAVEfmt "],
  ["an ISO media file with video", "\0\0\0\x20ftypisom\0\0\0\0"],
  ["an archive", "PK\x03\x04\x14\0"],
  ["a GIF of an unknown version", "GIF88a\x03\0\x02\0"],
  ["a PNG with converted line ends", "\x89PNG\n\x1a\n\0\0\0\rIHDR"],
  ["SOI without a marker", "\xff\xd8\0\0"],
  ["one zero byte", "\0"],
];

for (const [claim, text] of NO_IMAGES) {
  Deno.test(`readHeader() refuses ${claim} as no image`, () => {
    assertRefused(bytesOf(text), "not-an-image", "JPEG, PNG, GIF, WebP, AVIF, HEIC or BMP");
  });
}

Deno.test("readHeader() keeps text of the file out of its message", () => {
  const error = assertThrows(() => readHeader(bytesOf("evil\n\x1b[0m")), DomainError);
  assert(/^[ -~]*$/.test(error.message) && !error.message.includes("evil"), error.message);
});

Deno.test("readHeader() asks for an image if there are no bytes", () => {
  assertRefused(new Uint8Array(), "no-image", "Send a JPEG, PNG, GIF, WebP, AVIF, HEIC or BMP");
});

const JPEG = {
  format: "jpeg",
  orientation: 1,
  bitDepth: 8,
  channels: 3,
  hasAlpha: false,
} as const;

Deno.test("readHeader() reads a 1080p JPEG of an encoder", async () => {
  assertReadsJpeg(await sceneJpeg(), 1920, 1080);
});

function assertReadsJpeg(bytes: Uint8Array, width: number, height: number): void {
  const { components, ...others } = readJpegHeader(bytes);
  assertEquals(components.map(({ id }) => id), [1, 2, 3]);
  assertEquals(others, { ...JPEG, width, height });
  assertEquals(readHeader(bytes), readJpegHeader(bytes));
}

const PHOTOS = [["cat_1080p.jpg", 1920, 1080], ["kite_and_cold.jpg", 1352, 900]] as const;

for (const [file, width, height] of PHOTOS) {
  const path = `photos/${file}`;
  testUnless(missingShared(path), `readHeader() reads the photo ${file}`, () => {
    assertReadsJpeg(Deno.readFileSync(new URL(path, SHARED)), width, height);
  });
}

const BMP_PHOTO = "photos/grace_hopper.bmp";

testUnless(missingShared(BMP_PHOTO), "readHeader() reads the photo grace_hopper.bmp", () => {
  const { format, bitDepth } = readHeader(Deno.readFileSync(new URL(BMP_PHOTO, SHARED)));
  assertEquals([format, bitDepth], ["bmp", 8]);
});
