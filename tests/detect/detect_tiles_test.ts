import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { runCounter } from "../../src/detect/count_runs.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import type { RawImage } from "../../src/image/raw_image.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { boxIou } from "../box_iou.ts";
import { openEveryday8 } from "../everyday8.ts";
import { encodeJpeg } from "../sample_images/encode_jpeg.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { assertRejectsDomainError } from "../testing.ts";
import { type Rectangle, rectangles, WHITE_BOXES, whiteBoxDetector } from "./white_box_detector.ts";

/** Returns the boxes that a detector finds, from left to right. */
async function found(image: RawImage, options: DetectOptions): Promise<Rectangle[]> {
  const { detections } = await whiteBoxDetector().detector.detect(image, options);
  return detections.map(({ box: { xmin, ymin, xmax, ymax } }): Rectangle => {
    return [xmin, ymin, xmax - xmin, ymax - ymin];
  }).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
}

/** Asserts that boxes are rectangles, to an input pixel of a tile, which is three source pixels. */
function assertBoxes(boxes: readonly Rectangle[], wanted: readonly Rectangle[], why?: string) {
  assertEquals(boxes.length, wanted.length, why);
  boxes.forEach((box, i) => {
    box.forEach((value, k) => assertLess(Math.abs(value - wanted[i]![k]!), 4, why));
  });
}

// 640x640 in an input of 64x64: ten pixels are one. The model notices rectangles of 40 pixels.
const SMALL: Rectangle = [300, 100, 20, 20];
const LARGE: Rectangle = [100, 250, 400, 300];

Deno.test("detect() finds small objects only in tiles, and large ones only in the whole image", async () => {
  const image = rectangles(640, 640, [SMALL, LARGE]);
  assertBoxes(await found(image, {}), [LARGE]);
  for (const merge of ["nms", "wbf"] as const) {
    assertBoxes(await found(image, { tiles: "4x4", merge }), [LARGE, SMALL], merge);
  }
  const parts = await found(image, { tiles: "4x4", whole: false });
  assert(parts.length > 2, "each tile sees a part of the large object");
  assertBoxes(parts.filter(([, top]) => top < 200), [SMALL]);
});

Deno.test("detect() returns an object once, wherever the edges of the tiles cut it", async () => {
  // 4 tiles that share 0.2 are 640 / 3.4 = 189 pixels wide and overlap by 38.
  for (let left = 100; left < 300; left += 17) {
    const rectangle: Rectangle = [left, 201, 30, 30];
    const boxes = await found(rectangles(640, 640, [rectangle]), { tiles: "4x4" });
    assertBoxes(boxes, [rectangle], `${left}`);
  }
});

Deno.test("detect() with one tile gives exactly the answer without tiles", async () => {
  const detector = await openEveryday8();
  const options = { scoreThreshold: 0.05 };
  for (const image of [fruitImage(), rectangles(300, 200, [[10, 20, 90, 70]])]) {
    const plain = await detector.detect(image, options);
    assertEquals(plain.tiles, undefined);
    for (
      const tiling of [{ tiles: "1x1" }, { tiles: "1x1", whole: false, merge: "wbf" }] as const
    ) {
      const tiled = await detector.detect(image, { ...options, ...tiling });
      assertEquals(tiled.detections, plain.detections);
      assertEquals(tiled.image, plain.image);
      assertEquals(tiled.tiles, { columns: 1, rows: 1, views: 1 });
    }
  }
});

Deno.test("detect() finds the fruit of a photo in tiles, too", async () => {
  const detector = await openEveryday8();
  const plain = await detector.detect(fruitImage(), { scoreThreshold: 0.4 });
  const tiled = await detector.detect(fruitImage(), { scoreThreshold: 0.2, tiles: "2x1" });
  assertEquals(tiled.tiles, { columns: 2, rows: 1, views: 3 });
  for (const { label, box } of plain.detections) {
    const same = tiled.detections.filter((each) => each.label === label);
    assert(same.some((each) => boxIou(each.box, box) > 0.5), label);
  }
  const { decode, preprocess, inference, postprocess, total } = tiled.timing;
  assertEquals(total, decode + preprocess + inference + postprocess);
});

Deno.test("detect() runs once for each tile and once for the whole image", async () => {
  const image = rectangles(640, 480, []);
  const runs: readonly (readonly [DetectOptions, number])[] = [
    [{}, 1],
    [{ tiles: "1x1" }, 1],
    [{ tiles: "3x2" }, 7],
    [{ tiles: "3x2", whole: false }, 6],
    // 4x3 tiles of 189x185 show 64 / 189 of the detail, 5x3 tiles of 153x185 only 2% more.
    [{ tiles: "auto" }, 13],
    [{ tiles: "auto", whole: false }, 12],
  ];
  for (const [options, count] of runs) {
    const { detector, session } = whiteBoxDetector();
    const decoded: number[] = [];
    const onDecoded = (elements: number) => decoded.push(elements);
    const { tiles } = await detector.detect(image, options, { onDecoded });
    assertEquals(session.runs, count);
    assertEquals(decoded, Array(count).fill(3 * 64 * 64));
    assertEquals(tiles?.views, options.tiles === undefined ? undefined : count);
    assertEquals(runCounter(WHITE_BOXES, DEFAULT_IMAGE_LIMITS)(image, options), count);
  }
});

Deno.test("detect() decodes an image once, whatever the tiles are", async () => {
  const { codec } = await hostRuntime({ threads: 1 });
  let decodes = 0;
  const counting: typeof codec = {
    ...codec,
    decode: (...call) => (decodes++, codec.decode(...call)),
  };
  const { detector, session } = whiteBoxDetector(DEFAULT_IMAGE_LIMITS, { codec: counting });
  const raw = rectangles(160, 160, [[20, 30, 25, 25]]);
  const png = encodePng({ ...raw, data: new Uint8Array(raw.data), channels: 3, reduction: 1 });
  const ofFile = await detector.detect(png, { tiles: "2x2" });
  assertEquals([decodes, session.runs], [1, 5]);
  assertEquals(ofFile.detections, (await detector.detect(raw, { tiles: "2x2" })).detections);
});

const WRONG: readonly (readonly [options: Record<string, unknown>, words: string])[] = [
  [{ tiles: "4" }, '"tiles" must be "auto", or columns and rows such as "4x3"'],
  [{ tiles: "0x3" }, 'current value is "0x3"'],
  [{ tiles: "Auto" }, 'current value is "Auto"'],
  [{ tiles: 4 }, "current value is 4"],
  [{ tiles: ["4x3"] }, "current value is of type Array"],
  [{ tile: "4x3" }, 'did you mean "tiles"?'],
  [{ tiles: "4x3", overlaps: 0.1 }, 'did you mean "overlap"?'],
  [{ tiles: "4x3", overlap: -0.1 }, '"overlap" must lie in 0 to 0.5: current value is -0.1'],
  [{ tiles: "4x3", overlap: 0.51 }, "current value is 0.51"],
  [{ tiles: "4x3", overlap: NaN }, "current value is NaN"],
  [{ tiles: "4x3", overlap: Infinity }, "current value is Infinity"],
  [{ tiles: "4x3", overlap: "0.2" }, '"overlap" must be a number'],
  [{ tiles: "4x3", merge: "wfb" }, '"merge" must be one of "nms", "wbf": current value is "wfb"'],
  [{ tiles: "4x3", whole: 1 }, '"whole" must be true or false'],
  [{ overlap: 0.2 }, 'Cannot detect with "overlap" as it is about tiles and "tiles" is unset'],
  [{ merge: "nms" }, 'with "merge"'],
  [{ whole: false }, 'with "whole"'],
];

for (const [options, words] of WRONG) {
  Deno.test(`detect() refuses ${JSON.stringify(options)}`, async () => {
    const { detector, session } = whiteBoxDetector();
    await assertRejectsDomainError(
      detector.detect(rectangles(64, 64, []), options as DetectOptions),
      "invalid-option",
      words,
    );
    assertEquals(session.runs, 0);
  });
}

Deno.test("detect() refuses too many tiles before it decodes or runs anything", async () => {
  const { detector, session } = whiteBoxDetector({ ...DEFAULT_IMAGE_LIMITS, maxTiles: 4 });
  const image = rectangles(64, 64, []);
  assertEquals((await detector.detect(image, { tiles: "2x2" })).tiles?.views, 5);
  session.runs = 0;
  await assertRejectsDomainError(
    detector.detect(image, { tiles: "5x1" }),
    "too-many-tiles",
    "at most 4 tiles: current value is 5 (5x1)",
  );
  assertEquals(session.runs, 0);
  // An automatic grid keeps to the limit.
  const { tiles } = await detector.detect(rectangles(640, 640, []), { tiles: "auto" });
  assertEquals(tiles, { columns: 2, rows: 2, views: 5 });
});

Deno.test("detect() takes tiles of images with fewer pixels than tiles", async () => {
  const { tiles } = await whiteBoxDetector().detector.detect(rectangles(2, 1, []), {
    ...{ tiles: "4x4", overlap: 0 },
  });
  assertEquals(tiles, { columns: 2, rows: 1, views: 3 });
});

Deno.test("detect() stops between two tiles when its call is cancelled", async () => {
  const { detector, session } = whiteBoxDetector();
  const controller = new AbortController();
  let pauses = 0;
  const pause = () => {
    if (++pauses === 3) controller.abort();
    return Promise.resolve();
  };
  const call = { signal: controller.signal, pause };
  await assertRejectsDomainError(
    detector.detect(rectangles(640, 640, []), { tiles: "4x4" }, call),
    "client-gone",
  );
  assertEquals(session.runs, 3);
});

Deno.test("detect() pauses between the tiles, and not for a single view", async () => {
  for (const [tiles, expected] of [["1x1", 0], ["2x2", 4]] as const) {
    let pauses = 0;
    const pause = () => (pauses++, Promise.resolve());
    await whiteBoxDetector().detector.detect(rectangles(64, 64, []), { tiles }, { pause });
    assertEquals(pauses, expected);
  }
});

/** Returns a grey JPEG of 640x480. */
async function grey640(): Promise<Uint8Array> {
  const data = new Uint8Array(640 * 480 * 3).fill(128);
  return await encodeJpeg({ data, width: 640, height: 480, channels: 3, reduction: 1 });
}

Deno.test("detect() decodes a JPEG at a scale that shows the detail of a tile", async () => {
  const { codec } = await hostRuntime({ threads: 1 });
  const sizes: string[] = [];
  const watching: typeof codec = {
    ...codec,
    decode(...call) {
      const pixels = codec.decode(...call);
      sizes.push(`${pixels.width}x${pixels.height}`);
      return pixels;
    },
  };
  const image = await grey640();
  const capabilities = {
    ...{ providers: [], threads: 1, maxPixels: Infinity, maxModelBytes: Infinity },
    maxDecodedBytes: Infinity,
  };
  const runtime = { codec: watching, capabilities };
  const detector = whiteBoxDetector(DEFAULT_IMAGE_LIMITS, runtime).detector;
  // 64x48 of the whole; tiles of 356x267 are seen at 64 / 356, tiles of 189x142 at 64 / 189.
  for (const tiles of [undefined, "1x1", "2x2", "4x4", "8x2"]) {
    await detector.detect(image, { tiles });
  }
  assertEquals(sizes, ["80x60", "80x60", "160x120", "320x240", "160x120"]);
});

Deno.test("detect() takes a coarser automatic grid, or refuses the image, if memory is short", async () => {
  const { codec } = await hostRuntime({ threads: 1 });
  const capabilities = {
    ...{ providers: [], threads: 1, maxPixels: Infinity, maxModelBytes: Infinity },
    maxDecodedBytes: Infinity,
  };
  const limits = { ...DEFAULT_IMAGE_LIMITS, maxDecodedBytes: 160 * 120 * 3 + 160 * 3 * 40 };
  const { detector } = whiteBoxDetector(limits, { codec, capabilities });
  const image = await grey640();
  const { tiles } = await detector.detect(image, { tiles: "auto" });
  assertEquals(tiles, { columns: 3, rows: 2, views: 7 });
  const error = await assertRejectsDomainError(
    detector.detect(image, { tiles: "4x4" }),
    "too-many-pixels",
  );
  assertStringIncludes(error.message, `at most ${limits.maxDecodedBytes} bytes`);
});

Deno.test("detect() keeps the pixels in memory until the last tile runs", async () => {
  const { detector, session } = whiteBoxDetector();
  const image = rectangles(64, 64, []);
  await detector.detect(image, { tiles: "2x1" });
  await detector.detect(image, { tiles: "1x1" });
  assertEquals(session.keepsPixels, [true, true, false, false]);
});
