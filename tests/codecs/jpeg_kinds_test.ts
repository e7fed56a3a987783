import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import { readJpegHeader } from "../../src/image/formats/jpeg.ts";
import { exifSegment, jpegSegment } from "../image/formats/build_jpeg.ts";
import { orientationTiff } from "../image/formats/build_tiff.ts";
import { bytesOf, joinBytes } from "../image/formats/bytes_of.ts";
import { editParts, jpegParts, withoutParts, withSegments } from "../image/formats/jpeg_parts.ts";
import { assertDomainError } from "../testing.ts";
import { decodeJpeg as decode } from "./decode_jpeg.ts";

// Kinds of JPEG that cameras and programs write although the standard says otherwise. Browsers and
// Pillow show them, but for the heights by DNL, which the standard has.

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

const DHT = 0xc4, EOI = 0xd9, SOS = 0xda, APP0 = 0xe0, APP14 = 0xee;
const FRAMES = [0xc0, 0xc2];

function read(file: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(file, FORMATS));
}

/** Sets bytes at the end of a part. */
function ending(...end: readonly number[]): (part: Uint8Array) => Uint8Array {
  return (part) => {
    part.set(end, part.length - end.length);
    return part;
  };
}

/** Sets the ids of three components, in a frame header or a scan header. */
function withIds(file: Uint8Array, ids: readonly number[]): Uint8Array {
  const framed = editParts(file, FRAMES, (part) => {
    ids.forEach((id, i) => part[10 + 3 * i] = id);
    return part;
  });
  return editParts(framed, [SOS], (part) => {
    ids.forEach((id, i) => part[5 + 2 * i] = id);
    return part;
  });
}

function adobe(transform: number): Uint8Array {
  return jpegSegment(APP14, [...bytesOf("Adobe"), 0, 100, 0, 0, 0, 0, transform]);
}

/** Sets the height of the frame header to 0 and gives it behind the first scan instead. */
function withDnl(file: Uint8Array): Uint8Array {
  const parts = jpegParts(editParts(file, FRAMES, (part) => {
    part.set([0, 0], 5);
    return part;
  }));
  const first = parts.findIndex(({ marker }) => marker === 0);
  const { height } = readJpegHeader(file);
  const dnl = jpegSegment(0xdc, [height >> 8, height & 255]);
  return joinBytes(...parts.map(({ bytes }, i) => i === first ? joinBytes(bytes, dnl) : bytes));
}

/** Changes the restart markers of a scan, of which each one is given with its number. */
function editRestarts(file: Uint8Array, edit: (number: number) => Uint8Array): Uint8Array {
  return editParts(file, [0], (data) => {
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < data.length; at++) {
      if (data[at] !== 0xff || data[at + 1] === 0) continue;
      pieces.push(data.subarray(from, at), edit(data[at + 1]! & 7));
      from = at + 2;
    }
    return joinBytes(...pieces, data.subarray(from));
  });
}

const PHOTO = read("420.jpg"), SCANS = read("scans.jpg"), RESTARTS = read("restarts.jpg");
const INKS = read("inks.jpg");
const THUMBNAIL = read("grey.jpg");
/** Trailer of a phone, with bytes that look like markers. */
const TRAILER = joinBytes(
  bytesOf("\0\0\x01\n\x0e\0\0\0Image_UTC_Data1618"),
  bytesOf("SEFHk\0\0\0"),
);
const WITH_THUMBNAIL = exifSegment(joinBytes(orientationTiff(1), THUMBNAIL));
const RESTART = (number: number) => Uint8Array.of(0xff, 0xd0 + number);

/** Files that decode to the same pixels as another. */
const SAME: readonly (readonly [claim: string, file: Uint8Array, as: Uint8Array])[] = [
  ["whose scan header has Ss 0, Se 0", editParts(PHOTO, [SOS], ending(0, 0, 0)), PHOTO],
  ["whose scan header has Ss 9, Se 200", editParts(PHOTO, [SOS], ending(9, 200, 0)), PHOTO],
  ["whose scan header has Ah 1, Al 1", editParts(PHOTO, [SOS], ending(0, 63, 0x11)), PHOTO],
  ["with component ids 0, 1, 2", withIds(PHOTO, [0, 1, 2]), PHOTO],
  ["with component ids 1, 34, 35", withIds(PHOTO, [1, 34, 35]), PHOTO],
  ["with component ids 1, 1, 1", withIds(PHOTO, [1, 1, 1]), PHOTO],
  ["with component ids R, G, B and JFIF", withIds(PHOTO, [82, 71, 66]), PHOTO],
  ["without JFIF", withoutParts(PHOTO, APP0), PHOTO],
  ["with JFIF and Adobe transform 0", withSegments(PHOTO, adobe(0)), PHOTO],
  ["with Adobe transform 1", withSegments(withoutParts(PHOTO, APP0), adobe(1)), PHOTO],
  ["with an unknown Adobe transform", withSegments(withoutParts(PHOTO, APP0), adobe(7)), PHOTO],
  ["of CMYK without Adobe", withoutParts(INKS, APP14), INKS],
  ["without Huffman tables, as in motion JPEG", withoutParts(PHOTO, DHT), PHOTO],
  ["without EOI", withoutParts(PHOTO, EOI), PHOTO],
  ["with half an EOI", PHOTO.subarray(0, -1), PHOTO],
  ["without EOI, with a trailer", joinBytes(withoutParts(PHOTO, EOI), TRAILER), PHOTO],
  [
    "without EOI, with another image behind it",
    joinBytes(withoutParts(PHOTO, EOI), THUMBNAIL),
    PHOTO,
  ],
  ["with another image behind it", joinBytes(PHOTO, THUMBNAIL), PHOTO],
  ["with a video behind it", joinBytes(PHOTO, bytesOf("\0\0\0\x18ftypmp42\xff\xd8\xff")), PHOTO],
  ["progressive, without EOI", withoutParts(SCANS, EOI), SCANS],
  ["progressive, with half an EOI", SCANS.subarray(0, -1), SCANS],
  ["progressive, with a trailer", joinBytes(SCANS, TRAILER), SCANS],
  [
    "progressive, without EOI, with a trailer",
    joinBytes(withoutParts(SCANS, EOI), TRAILER),
    SCANS,
  ],
  [
    "progressive, without EOI, with another image behind it",
    joinBytes(withoutParts(SCANS, EOI), THUMBNAIL),
    SCANS,
  ],
  [
    "progressive, without EOI, with markers behind it that do not exist",
    joinBytes(withoutParts(SCANS, EOI), bytesOf("SEFH\xff\x05\xff\xf0\0\0")),
    SCANS,
  ],
  ["with a height by DNL", withDnl(PHOTO), PHOTO],
  ["progressive, with a height by DNL", withDnl(SCANS), SCANS],
  ["with a height by DNL and restarts", withDnl(RESTARTS), RESTARTS],
  [
    "with fill bytes before restart markers",
    editRestarts(RESTARTS, (n) => joinBytes(new Uint8Array(7).fill(0xff), RESTART(n))),
    RESTARTS,
  ],
  [
    "with zeros before restart markers",
    editRestarts(RESTARTS, (n) => joinBytes(new Uint8Array(10), RESTART(n))),
    RESTARTS,
  ],
  [
    "with a restart marker of a number far off",
    editRestarts(RESTARTS, (n) => RESTART(n === 2 ? 6 : n)),
    RESTARTS,
  ],
  [
    "with fill bytes before each marker",
    joinBytes(
      ...jpegParts(PHOTO).map(({ marker, bytes }, i) => {
        return marker === 0 || i === 0 ? bytes : joinBytes(Uint8Array.of(0xff, 0xff, 0xff), bytes);
      }),
    ),
    PHOTO,
  ],
  ["with a comment of length 0", withSegments(PHOTO, Uint8Array.of(0xff, 0xfe, 0, 0)), PHOTO],
  ["with a comment of length 1", withSegments(PHOTO, Uint8Array.of(0xff, 0xfe, 0, 1)), PHOTO],
  ["with an APP13 of length 0", withSegments(PHOTO, Uint8Array.of(0xff, 0xed, 0, 0)), PHOTO],
  ["with an APP14 of length 0", withSegments(PHOTO, Uint8Array.of(0xff, 0xee, 0, 0)), PHOTO],
  ["with a thumbnail", withSegments(PHOTO, WITH_THUMBNAIL), PHOTO],
  ["progressive, with a thumbnail", withSegments(SCANS, WITH_THUMBNAIL), SCANS],
];

for (const [claim, file, as] of SAME) {
  Deno.test(`jpegDecoder() decodes a JPEG ${claim}`, () => {
    assertNotEquals(file, as);
    const [found, expected] = [decode(file), decode(as)];
    assertEquals([found.width, found.height], [expected.width, expected.height]);
    assertEquals(found.channels, expected.channels);
    assertEquals(found.data, expected.data);
  });
}

/** Files whose three components are red, green and blue. */
const RGB_FILES: readonly (readonly [claim: string, file: Uint8Array])[] = [
  ["component ids R, G, B", withIds(withoutParts(PHOTO, APP0), [82, 71, 66])],
  ["Adobe transform 0", withSegments(withoutParts(PHOTO, APP0), adobe(0))],
];

for (const [claim, file] of RGB_FILES) {
  Deno.test(`jpegDecoder() takes the samples of a JPEG with ${claim} for RGB`, () => {
    // The samples are luma and chroma, so their conversion must lead to the usual pixels.
    const { data: samples } = decode(file);
    const { data } = decode(PHOTO);
    const clamped = (value: number) => Math.min(255, Math.max(0, value));
    for (let i = 0; i < data.length; i += 3) {
      const [y, cb, cr] = [samples[i]!, samples[i + 1]! - 128, samples[i + 2]! - 128];
      // JFIF 1.02, section 2.
      const rgb = [y + 1.402 * cr, y - 0.34414 * cb - 0.71414 * cr, y + 1.772 * cb];
      rgb.forEach((value, channel) => {
        assert(Math.abs(clamped(value) - data[i + channel]!) <= 1, `pixel ${i / 3}`);
      });
    }
  });
}

/** Restart markers of `restarts.jpg`, every two MCUs: 4x3 MCUs, numbers 0 to 4. */
const DAMAGED_RESTARTS: readonly (readonly [claim: string, file: Uint8Array])[] = [
  ["missing", editRestarts(RESTARTS, (n) => n === 2 ? Uint8Array.of() : RESTART(n))],
  ["misnumbered", editRestarts(RESTARTS, (n) => RESTART(n === 2 ? 3 : n))],
  [
    "repeated",
    editRestarts(RESTARTS, (n) => n === 2 ? joinBytes(RESTART(2), RESTART(2)) : RESTART(n)),
  ],
];

for (const [claim, file] of DAMAGED_RESTARTS) {
  Deno.test(`jpegDecoder() decodes a JPEG with a ${claim} restart marker, but for a few MCUs`, () => {
    const [found, expected] = [decode(file), decode(RESTARTS)];
    const { width, height } = expected;
    let same = 0;
    for (let i = 0; i < width * height; i++) {
      const isSame = [0, 1, 2].every((channel) => {
        return found.data[3 * i + channel] === expected.data[3 * i + channel];
      });
      if (isSame) same++;
    }
    assert(same > width * height / 2 && same < width * height, `${same} pixels are the same`);
  });
}

/** Files that need each of their bytes but the two of EOI. */
const WHOLE: readonly (readonly [name: string, file: Uint8Array])[] = [
  ...["420.jpg", "444.jpg", "grey.jpg", "inks.jpg", "scans.jpg", "restarts.jpg"].map((name) =>
    [name, read(name)] as const
  ),
  ["orientation-6.jpg", read("orientation-6.jpg")],
  ["progressive.jpg", read("progressive.jpg")],
  ["420.jpg with a thumbnail", withSegments(PHOTO, WITH_THUMBNAIL)],
  ["scans.jpg with a thumbnail", withSegments(SCANS, WITH_THUMBNAIL)],
  ["420.jpg without Huffman tables", withoutParts(PHOTO, DHT)],
];

for (const [name, file] of WHOLE) {
  Deno.test(`jpegDecoder() refuses ${name} cut at any byte as truncated`, () => {
    const { data } = decode(file);
    for (let length = 3; length < file.length - 2; length++) {
      assertDomainError(() => decode(file.slice(0, length)), "truncated-image");
    }
    // Only EOI is missing.
    for (const missing of [1, 2]) assertEquals(decode(file.slice(0, -missing)).data, data);
  });
}

Deno.test("jpegDecoder() refuses a JPEG with a height by DNL as truncated if the DNL is cut off", () => {
  const file = withDnl(PHOTO);
  const end = file.length - 2;
  for (let length = 3; length < end; length++) {
    assertDomainError(() => decode(file.slice(0, length)), "truncated-image");
  }
  assertEquals(decode(file.slice(0, end)).data, decode(PHOTO).data);
});

Deno.test("jpegDecoder() decodes what is there of a JPEG that says it ends early", () => {
  // A program has put EOI behind a file that was cut off. Browsers and Pillow show its beginning.
  const cut = joinBytes(PHOTO.subarray(0, PHOTO.length - 100), Uint8Array.of(0xff, 0xd9));
  const [found, expected] = [decode(cut), decode(PHOTO)];
  const rows = 16 * found.width * 3;
  assertEquals(found.data.subarray(0, rows), expected.data.subarray(0, rows));
  assertNotEquals(found.data, expected.data);
});

Deno.test("jpegDecoder() decodes a progressive JPEG without its last scans if it has an EOI", () => {
  const parts = jpegParts(SCANS);
  const isScan = parts.map(({ marker }) => marker === SOS);
  const fifth = isScan.flatMap((is, i) => is ? [i] : [])[5]!;
  const begun = joinBytes(...parts.slice(0, fifth).map(({ bytes }) => bytes));
  assertDomainError(() => decode(begun), "truncated-image", "ends too early");
  const found = decode(joinBytes(begun, Uint8Array.of(0xff, 0xd9)));
  const expected = decode(SCANS);
  const sum = (data: Uint8Array) => data.reduce((total, value) => total + value, 0);
  assert(Math.abs(sum(found.data) / sum(expected.data) - 1) < 0.05);
});

Deno.test("jpegDecoder() says what is damaged in a JPEG", () => {
  const cases: readonly (readonly [file: Uint8Array, reason: string])[] = [
    [withoutParts(PHOTO, 0xdb), "Quantization table 0x00 was not defined"],
    [editParts(PHOTO, [SOS], (part) => (part[5] = 99, part)), "Invalid component ID 99 in SOS"],
    [
      editParts(SCANS, [SOS], ending(0, 64, 0)),
      "Invalid progressive/lossless parameters Ss=0 Se=64 Ah=0 Al=0",
    ],
  ];
  for (const [file, reason] of cases) {
    assertDomainError(() => decode(file), "corrupt-image", `its data is damaged: ${reason}`);
  }
});

Deno.test("jpegDecoder() refuses a JPEG of 2 or 5 components as unsupported", () => {
  for (const count of [2, 5]) {
    const frame = [8, 0, 8, 0, 8, count];
    for (let id = 1; id <= count; id++) frame.push(id, 0x11, 0);
    const file = joinBytes(
      ...[Uint8Array.of(0xff, 0xd8), jpegSegment(0xc0, frame)],
      jpegSegment(SOS, [1, 1, 0, 0, 63, 0]),
    );
    assertDomainError(() => decode(file), "unsupported-format", `current value is ${count}.`);
  }
});

Deno.test("jpegDecoder() decodes a JPEG after another one failed", () => {
  assertThrows(() => decode(PHOTO.slice(0, 700)), DomainError);
  assertEquals(decode(PHOTO).width, 61);
});
