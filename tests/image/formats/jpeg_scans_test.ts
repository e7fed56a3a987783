import { assertEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../../src/core/domain_error.ts";
import { checkScans } from "../../../src/image/formats/jpeg_scans.ts";
import { jpegSegment } from "./build_jpeg.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";

const SOI = bytesOf("\xff\xd8");
const SCAN = joinBytes(jpegSegment(0xda, [0]), Uint8Array.of(7, 0xff, 0, 0xff, 0xd0, 9));

function scans(count: number, ...before: readonly Uint8Array[]): Uint8Array {
  return joinBytes(SOI, ...before, ...Array(count).fill(SCAN));
}

const MANY: readonly (readonly [claim: string, bytes: Uint8Array])[] = [
  ["in a row", scans(101)],
  ["after a segment that contains EOI", scans(101, jpegSegment(0xfe, [0xff, 0xd9]))],
  ["after fill bytes and markers without length", scans(101, bytesOf("\xff\xff\x01\xff\xd7"))],
];

for (const [claim, bytes] of MANY) {
  Deno.test(`checkScans() refuses 101 scans ${claim}`, () => {
    const error = assertThrows(() => checkScans(bytes), DomainError, "at most 100 scans");
    assertEquals(error.code, "corrupt-image");
  });
}

const FEW: readonly (readonly [claim: string, bytes: Uint8Array])[] = [
  ["100 scans", scans(100)],
  ["no scan", SOI],
  ["scans of other images behind EOI", joinBytes(scans(60), bytesOf("\xff\xd9"), scans(60))],
  [
    "bytes like SOS in a segment",
    scans(1, jpegSegment(0xe2, Array(202).fill([0xff, 0xda]).flat())),
  ],
  ["a scan that is cut off", joinBytes(scans(1), Uint8Array.of(0xff, 0xda))],
];

for (const [claim, bytes] of FEW) {
  Deno.test(`checkScans() accepts ${claim}`, () => checkScans(bytes));
}
