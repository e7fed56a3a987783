import { type Bomb, bombsOf, type Bytes } from "../bomb.ts";
import { concat, high, repeated, text, zlibBomb } from "../parts.ts";

const ftyp = (brand: string): Bytes => concat(high(4, 16), text(`ftyp${brand}`), high(4, 0));

/** Files of unsupported formats, and files that are no images. */
export const OTHER_BOMBS: readonly Bomb[] = bombsOf("other", [
  ["nothing", "no-image", () => []],
  ["one byte", "not-an-image", () => [0]],
  ["a byte that starts a JPEG", "truncated-image", () => [0xff]],
  ["15 MB of zeros", "not-an-image", () => new Uint8Array(15e6)],
  ["15 MB of ones", "not-an-image", () => new Uint8Array(15e6).fill(0xff)],
  ["a byte over 20 MB", "too-many-bytes", () => new Uint8Array(20_000_001)],
  ["a text", "not-an-image", () => text("hello")],
  ["a page that holds images", "not-an-image", () => text("<!DOCTYPE html><svg></svg>")],
  ["a script", "not-an-image", () => text("#!/bin/sh\nrm -rf /")],
  [
    "a gzip that grows a thousandfold",
    "not-an-image",
    () => concat([0x1f, 0x8b, 8, 0], zlibBomb(1000)),
  ],
  ["a zip", "not-an-image", () => concat(text("PK\x03\x04"), zlibBomb(10))],
  ["an executable", "not-an-image", () => concat(text("\x7fELF"), new Uint8Array(1000))],
  ["a Windows program", "not-an-image", () => concat(text("MZ"), new Uint8Array(1000))],
  [
    "an SVG of a billion laughs",
    "unsupported-format",
    () =>
      text(
        '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "' + "&a;".repeat(100) +
          '"><!ENTITY c "' + "&b;".repeat(100) + '">]><svg>&c;</svg>',
      ),
  ],
  [
    "an SVG that fetches",
    "unsupported-format",
    () => text('<svg><image href="http://localhost/"/></svg>'),
  ],
  ["15 MB of SVG", "unsupported-format", () => concat(text("<svg>"), repeated(text("<g>"), 5e6))],
  [
    "an SVG behind 15 MB of blanks",
    "not-an-image",
    () => concat(repeated(text(" "), 15e6), text("<svg>")),
  ],
  ["a PDF", "unsupported-format", () => text("%PDF-1.7\n")],
  ["an ICO of 65535 images", "unsupported-format", () => text("\0\0\x01\0\xff\xff")],
  ["a JPEG XL", "unsupported-format", () => text("\xff\x0a\xff\xff\xff\xff")],
  ["a JPEG XL in boxes", "unsupported-format", () => text("\0\0\0\x0cJXL \r\n\x87\n")],
  ["a JPEG 2000", "unsupported-format", () => text("\0\0\0\x0cjP  \r\n\x87\n")],
  [
    "a JPEG 2000 of 4 billion tiles",
    "unsupported-format",
    () => concat(text("\xff\x4f\xff\x51"), high(4, 2 ** 32 - 1)),
  ],
  ["an MP4", "not-an-image", () => ftyp("isom")],
  ["an AVI", "not-an-image", () => text("RIFF\0\0\0\0AVI LIST")],
  ["a WAV of 4 GB", "not-an-image", () => text("RIFF\xff\xff\xff\xffWAVEfmt ")],
]);
