import { assertEquals } from "@std/assert";
import { exifOrientation } from "../../../src/image/formats/exif_orientation.ts";
import { buildTiff, type TiffEntry, type TiffOptions } from "./build_tiff.ts";

const BYTE = 1, SHORT = 3, LONG = 4, SBYTE = 6, SSHORT = 8, SLONG = 9;
const INTEGERS = Object.entries({ BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG });

function orientationEntry(value: number, change: Partial<TiffEntry> = {}): TiffEntry {
  return { tag: 0x0112, type: SHORT, count: 1, value, ...change };
}

function read(change: Partial<TiffOptions>): number | undefined {
  return exifOrientation(
    buildTiff({ littleEndian: false, entries: [orientationEntry(6)], ...change }),
  );
}

for (const littleEndian of [false, true]) {
  const order = littleEndian ? "little-endian" : "big-endian";

  for (const [name, type] of INTEGERS) {
    Deno.test(`exifOrientation() reads 1 to 8 from a ${order} ${name}`, () => {
      for (let value = 1; value <= 8; value++) {
        const entries = [orientationEntry(value, { type })];
        assertEquals(read({ littleEndian, entries }), value);
      }
    });
  }

  Deno.test(`exifOrientation() finds the tag among other tags, ${order}`, () => {
    const other: TiffEntry = { tag: 0x010f, type: 2, count: 6, value: 158 };
    const entries = [other, other, orientationEntry(8), other];
    assertEquals(read({ littleEndian, entries }), 8);
  });
}

const INVALID_ENTRIES: readonly (readonly [claim: string, entry: TiffEntry])[] = [
  ["the value 0", orientationEntry(0)],
  ["the value 9", orientationEntry(9)],
  ["the value 65535", orientationEntry(0xffff)],
  ["a LONG above 16 bits whose low half is valid", orientationEntry(0x00060006, { type: LONG })],
  ["the BYTE 0", orientationEntry(0, { type: BYTE })],
  ["the SBYTE -1", orientationEntry(-1, { type: SBYTE })],
  ["the SSHORT -6", orientationEntry(-6, { type: SSHORT })],
  ["the SLONG -6", orientationEntry(-6, { type: SLONG })],
  ["an SLONG whose low half is valid", orientationEntry(0x00060006, { type: SLONG })],
  ["the type ASCII", orientationEntry(0x06060606, { type: 2 })],
  ["the type RATIONAL", orientationEntry(6, { type: 5 })],
  ["the type UNDEFINED", orientationEntry(0x06060606, { type: 7 })],
  ["the type FLOAT", orientationEntry(6, { type: 11 })],
  ["the type 0", orientationEntry(0x00060006, { type: 0 })],
  ["the type 65535", orientationEntry(0x00060006, { type: 0xffff })],
  ["the count 0", orientationEntry(6, { count: 0 })],
  ["the count 2", orientationEntry(6, { count: 2 })],
  ["the count 4294967295", orientationEntry(6, { count: 0xffffffff })],
  ["another tag", orientationEntry(6, { tag: 0x1201 })],
];

for (const [claim, entry] of INVALID_ENTRIES) {
  Deno.test(`exifOrientation() ignores ${claim} and reads the next entry`, () => {
    assertEquals(read({ entries: [entry] }), undefined);
    assertEquals(read({ entries: [entry, orientationEntry(3)] }), 3);
  });
}

Deno.test("exifOrientation() uses the first of two valid values", () => {
  assertEquals(read({ entries: [orientationEntry(5), orientationEntry(7)] }), 5);
});

Deno.test("exifOrientation() ignores an IFD0 that starts too early or past the end", () => {
  for (const ifdOffset of [0, 2, 4, 7, 25, 26, 1000, 0x7fffffff, 0x80000000, 0xfffffff8]) {
    assertEquals(read({ ifdOffset }), undefined, `offset ${ifdOffset}`);
  }
});

Deno.test("exifOrientation() ignores a readable IFD0 that starts inside the header", () => {
  // From byte 2 on, the 42 would be the count, and the second entry has orientation 6.
  const header = [0x4d, 0x4d, 0, 42, 0, 0, 0, 2];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
  assertEquals(exifOrientation(Uint8Array.of(...header, ...Array(8).fill(0), ...entry)), undefined);
});

Deno.test("exifOrientation() stops at the end of the block if the count is huge", () => {
  assertEquals(read({ entryCount: 0xffff }), 6);
  assertEquals(read({ entryCount: 0xffff, entries: [orientationEntry(9)] }), undefined);
});

Deno.test("exifOrientation() stops at the declared count", () => {
  assertEquals(read({ entryCount: 0 }), undefined);
});

Deno.test("exifOrientation() does not follow a directory that points at itself", () => {
  assertEquals(read({ nextOffset: 8, entries: [orientationEntry(9)] }), undefined);
  assertEquals(read({ nextOffset: 8 }), 6);
});

Deno.test("exifOrientation() reads no sub-directory, not even IFD0 again", () => {
  const exifPointer: TiffEntry = { tag: 0x8769, type: LONG, count: 1, value: 8 };
  assertEquals(read({ entries: [exifPointer] }), undefined);
});

Deno.test("exifOrientation() returns undefined without the byte order or the number 42", () => {
  const whole = buildTiff({ littleEndian: true, entries: [orientationEntry(6)] });
  for (const at of [0, 1, 2, 3]) {
    const broken = whole.slice();
    broken[at]! ^= 1;
    assertEquals(exifOrientation(broken), undefined, `byte ${at}`);
  }
});

Deno.test("exifOrientation() returns undefined for a block cut before the end of its entry", () => {
  const whole = buildTiff({ littleEndian: true, entries: [orientationEntry(6)] });
  const entryEnd = 8 + 2 + 12;
  for (let length = 0; length < entryEnd; length++) {
    assertEquals(exifOrientation(whole.subarray(0, length)), undefined, `${length} bytes`);
  }
  assertEquals(exifOrientation(whole.subarray(0, entryEnd)), 6);
});
