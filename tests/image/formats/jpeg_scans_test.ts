import { assertEquals } from "@std/assert";
import { checkScans, MAX_VISITED_BLOCKS } from "../../../src/image/formats/jpeg_scans.ts";
import { assertDomainError } from "../../testing.ts";
import { jpegSegment } from "./build_jpeg.ts";
import { bytesOf, joinBytes } from "./bytes_of.ts";

const SOI = bytesOf("\xff\xd8");
const DATA = Uint8Array.of(7, 0xff, 0, 0xff, 0xd0, 9);
const LUMA = { id: 1, blocks: 100_000, paddedBlocks: 120_000 };
const CHROMA = { id: 2, blocks: 25_000, paddedBlocks: 30_000 };
const SMALL = { components: [{ id: 1, blocks: 1, paddedBlocks: 1 }] };
const LARGE = { components: [LUMA, CHROMA] };

/** Builds a scan of components. */
function scan(...ids: readonly number[]): Uint8Array {
  return joinBytes(jpegSegment(0xda, [ids.length, ...ids.flatMap((id) => [id, 0]), 0, 0, 0]), DATA);
}

function scans(count: number, ...before: readonly Uint8Array[]): Uint8Array {
  return joinBytes(SOI, ...before, ...Array(count).fill(scan(1)));
}

const MANY: readonly (readonly [claim: string, bytes: Uint8Array])[] = [
  ["in a row", scans(501)],
  ["after a segment that contains EOI", scans(501, jpegSegment(0xfe, [0xff, 0xd9]))],
  ["after fill bytes and markers without length", scans(501, bytesOf("\xff\xff\x01\xff\xd7"))],
  ["after a reserved marker, which has no length", scans(501, bytesOf("\xff\x02\xff\xff"))],
];

for (const [claim, bytes] of MANY) {
  Deno.test(`checkScans() refuses 501 scans ${claim}`, () => {
    assertDomainError(() => checkScans(bytes, SMALL), "corrupt-image", "at most 500 scans");
  });
}

const FEW: readonly (readonly [claim: string, bytes: Uint8Array])[] = [
  ["500 scans", scans(500)],
  ["no scan", SOI],
  ["scans of other images behind EOI", joinBytes(scans(300), bytesOf("\xff\xd9"), scans(300))],
  [
    "bytes like SOS in a segment",
    scans(1, jpegSegment(0xe2, Array(1002).fill([0xff, 0xda]).flat())),
  ],
  ["a scan that is cut off", joinBytes(scans(1), Uint8Array.of(0xff, 0xda))],
];

for (const [claim, bytes] of FEW) {
  Deno.test(`checkScans() accepts ${claim}`, () => checkScans(bytes, SMALL));
}

const COSTLY: readonly (readonly [claim: string, scan: Uint8Array, blocks: number])[] = [
  ["of one component, its own blocks", scan(1), LUMA.blocks],
  ["of another component, its own blocks", scan(2), CHROMA.blocks],
  ["of both, the blocks of all MCUs", scan(1, 2), LUMA.paddedBlocks + CHROMA.paddedBlocks],
];

for (const [claim, one, blocks] of COSTLY) {
  Deno.test(`checkScans() counts for a scan ${claim}`, () => {
    // So few that the limit of scans is out of reach.
    const size = { components: LARGE.components.map((each) => larger(each, 10)) };
    const most = Math.floor(MAX_VISITED_BLOCKS / (10 * blocks));
    const file = (count: number) => joinBytes(SOI, ...Array(count).fill(one));
    checkScans(file(most), size);
    assertDomainError(
      () => checkScans(file(most + 1), size),
      "corrupt-image",
      `at most ${MAX_VISITED_BLOCKS} blocks`,
      `${most + 1} scans visit ${(most + 1) * 10 * blocks}`,
    );
  });
}

Deno.test("checkScans() counts the larger of two components with one id", () => {
  const twins = { components: [CHROMA, { ...LUMA, id: 2 }].map((each) => larger(each, 100)) };
  assertDomainError(
    () => checkScans(joinBytes(SOI, scan(2), scan(2), scan(2)), twins),
    "corrupt-image",
    "3 scans visit 30000000",
  );
});

Deno.test("checkScans() accepts the ten scans of libjpeg for 64 megapixels of 4:4:4", () => {
  const blocks = 64e6 / 64;
  const components = [1, 2, 3].map((id) => ({ id, blocks, paddedBlocks: blocks }));
  const order = [[1, 2, 3], [1], [3], [2], [1], [1], [1, 2, 3], [3], [2], [1]];
  assertEquals(order.flat().length, 14);
  checkScans(joinBytes(SOI, ...order.map((ids) => scan(...ids))), { components });
});

function larger({ id, blocks, paddedBlocks }: typeof LUMA, times: number): typeof LUMA {
  return { id, blocks: times * blocks, paddedBlocks: times * paddedBlocks };
}
