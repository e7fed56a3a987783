import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { DomainError } from "../../src/core/domain_error.ts";
import type { HeadsManifest, Manifest } from "../../src/manifest/manifest.ts";
import { decodeImage, emptyInput, inputOf } from "../../src/detect/preprocess.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { assertDomainError } from "../testing.ts";
import { smallManifest, varied } from "../manifest/small_manifest.ts";

const { codec } = await hostRuntime({ threads: 1 });

/** Returns RGBA pixels that repeat some bytes. */
function repeat(width: number, height: number, bytes: readonly number[]): Pixels {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => bytes[i % bytes.length]!);
  return { data, width, height, channels: 4, reduction: 1 };
}

const BYTES = { name: "image", type: "uint8", layout: "nhwc", batch: 1, colour: "rgb" } as const;

function imageOf(
  bytes: Uint8Array,
  manifest: Manifest = smallManifest,
  limits = DEFAULT_IMAGE_LIMITS,
) {
  return decodeImage(bytes, manifest, codec, limits);
}

const TINY = encodePng(repeat(4, 3, [10, 20, 30, 255]));

Deno.test("decodeImage() accepts as many bytes and pixels as the limits allow", () => {
  const { plan } = imageOf(TINY, smallManifest, {
    ...DEFAULT_IMAGE_LIMITS,
    maxBytes: TINY.length,
    maxPixels: 12,
  });
  assertEquals(plan.source, { width: 4, height: 3 });
});

Deno.test("decodeImage() refuses one byte too many and shows limit and value", () => {
  assertDomainError(
    () =>
      imageOf(TINY, smallManifest, {
        ...DEFAULT_IMAGE_LIMITS,
        maxBytes: TINY.length - 1,
        maxPixels: 12,
      }),
    "too-many-bytes",
    `at most ${TINY.length - 1} bytes: current value is ${TINY.length}`,
  );
});

Deno.test("decodeImage() refuses a format that the codec lacks before any limit of the image", () => {
  const checkFormat = (format: string) => {
    throw new DomainError("unsupported-format", format);
  };
  const limits = { maxBytes: 1000, maxPixels: 1, maxDecodedBytes: 1 };
  assertDomainError(
    () => decodeImage(TINY, smallManifest, { ...codec, checkFormat }, limits),
    "unsupported-format",
    "png",
  );
  // Also if its header is not there.
  const signature = TINY.subarray(0, 8);
  assertDomainError(
    () => decodeImage(signature, smallManifest, { ...codec, checkFormat }, limits),
    "unsupported-format",
  );
});

Deno.test("decodeImage() refuses one pixel too many before it decodes", () => {
  // Cut within its first data chunk: decoding would fail in another way.
  const cut = TINY.subarray(0, 45);
  assertDomainError(
    () => imageOf(cut, smallManifest, { ...DEFAULT_IMAGE_LIMITS, maxBytes: 1000, maxPixels: 11 }),
    "too-many-pixels",
    "at most 11 pixels",
    "4x3",
  );
});

Deno.test("decodeImage() refuses an image that takes too much memory before it decodes", () => {
  const cut = TINY.subarray(0, 45);
  assertDomainError(
    () => imageOf(cut, smallManifest, { ...DEFAULT_IMAGE_LIMITS, maxDecodedBytes: 47 }),
    "too-many-pixels",
    "at most 47 bytes of memory: current value is 48 (4x3, png of 8 bits)",
  );
});

Deno.test("decodeImage() counts bytes before it reads them", () => {
  const limits = { ...DEFAULT_IMAGE_LIMITS, maxBytes: 1, maxPixels: 1 };
  assertDomainError(() => imageOf(new Uint8Array(2), smallManifest, limits), "too-many-bytes");
});

/** Returns the first pixel of the decoded image. */
function firstPixel(bytes: Uint8Array, manifest: Manifest): number[] {
  const { view } = imageOf(bytes, manifest);
  return [...view.data.subarray(view.offset, view.offset + 3)];
}

Deno.test("decodeImage() lays transparent pixels over the colour of the padding", () => {
  const clear = encodePng(repeat(4, 3, [10, 20, 30, 0]));
  // Padding of 0 is the mean: .5, .25 and .125 of 255.
  assertEquals(firstPixel(clear, smallManifest), [128, 64, 32]);
  // Per channel, (0.4 · std + mean) · 255: 178.5, 89.25 and 44.625.
  const padded = varied({ pad: { kind: "none", value: 0.4 } });
  assertEquals(firstPixel(clear, padded), [179, 89, 45]);
  // The first channel is blue.
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  assertEquals(firstPixel(clear, varied({ input })), [32, 64, 128]);
  // Three values are in the order of the channels: (value · std + mean) · 255.
  const triple = { kind: "none", value: [1, 2, 3] } as const;
  // 255, .75 · 255 = 191.25, .5 · 255 = 127.5
  assertEquals(
    firstPixel(clear, varied({ pad: { ...triple, value: [1, 2, 3] } })),
    [255, 191, 128],
  );
  assertEquals(
    firstPixel(clear, varied({ input, pad: { ...triple, value: [1, 2, 3] } })),
    [128, 191, 255],
  );
});

Deno.test("decodeImage() uses the padding of a uint8 input as the colour", () => {
  const clear = encodePng(repeat(4, 3, [10, 20, 30, 0]));
  const manifest = varied({ input: BYTES, pad: { kind: "none", value: [1, 128, 300] } });
  assertEquals(firstPixel(clear, manifest), [1, 128, 255]);
  const bgr = varied({ ...manifest, input: { ...BYTES, colour: "bgr" } });
  assertEquals(firstPixel(clear, bgr), [255, 128, 1]);
});

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`decodeImage() plans orientation ${orientation} upright and decodes at half scale`, async () => {
    const bytes = await Deno.readFile(new URL(`orientation-${orientation}.jpg`, FORMATS));
    const { view, plan } = imageOf(bytes);
    assertEquals(plan, {
      source: { width: 64, height: 48 },
      resized: { width: 32, height: 24 },
      offset: { x: 0, y: 0 },
      input: { width: 32, height: 32 },
      scaled: { width: 32, height: 24 },
      ratio: 0.5,
    });
    assertEquals([view.width, view.height, view.reduction], [32, 24, 2]);
  });
}

const NORMALISED = smallManifest.input as HeadsManifest["input"] & { type: "float32" };

/** Returns the channels of a pixel of the 32x32 input, converted back to 0–255. */
function colourAt(tensor: ArrayLike<number>, x: number, y: number) {
  const { mean, std } = NORMALISED;
  const channel = (plane: 0 | 1 | 2) =>
    (tensor[(plane * 32 + y) * 32 + x]! * std[plane] + mean[plane]) * 255;
  return [channel(0), channel(1), channel(2)] as const;
}

Deno.test("inputOf() applies colour order, mean, std and padding of the manifest", async () => {
  // Red, green, blue and grey quarters; the image ends at row 24.
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  const manifest = varied({ input, pad: { kind: "multiple", of: 32, value: -9 } });
  const { data: tensor } = inputOf(imageOf(bytes, manifest), manifest, codec);
  assertEquals(tensor.length, 3 * 32 * 32);
  const [blue, green, red] = colourAt(tensor, 8, 6);
  for (const [found, painted] of [[red, 220], [green, 40], [blue, 30]] as const) {
    assert(Math.abs(found - painted) < 5, `${found} is not ${painted}`);
  }
  for (const plane of [0, 1, 2]) assertEquals(tensor[(plane * 32 + 24) * 32], -9);
});

Deno.test("inputOf() averages pixels only with antialias", () => {
  // Columns alternate between black and white.
  const stripes = repeat(64, 64, [0, 0, 0, 255, 255, 255, 255, 255]);
  // At 21 columns some are black or white without antialias, and all are near grey with it.
  const spread = (antialias: boolean) => {
    const manifest = varied({
      resize: { kind: "stretch", width: 21, height: 21 },
      pad: { kind: "none", value: 0 },
      resample: { ...smallManifest.resample, antialias },
    });
    const { data: tensor } = inputOf(imageOf(encodePng(stripes), manifest), manifest, codec);
    const line = tensor.subarray(0, 21);
    return Math.max(...line) - Math.min(...line);
  };
  assert(spread(false) > 1.5, `${spread(false)}`);
  assert(spread(true) < 0.6, `${spread(true)}`);
});

Deno.test("inputOf() fills a uint8 input with unchanged pixels and padding", async () => {
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const manifest = varied({ input: BYTES, pad: { kind: "multiple", of: 32, value: 114 } });
  const { type, shape, data } = inputOf(imageOf(bytes, manifest), manifest, codec);
  assertEquals([type, shape], ["uint8", [1, 32, 32, 3]]);
  const at = (x: number, y: number) => [...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)];
  // Red, green, blue.
  at(8, 6).forEach((found, i) => assert(Math.abs(found - [220, 40, 30][i]!) < 5, `${at(8, 6)}`));
  assertEquals(at(0, 24), [114, 114, 114]);
});

Deno.test("inputOf() rounds pixels only with rounding each-pass", () => {
  // Columns alternate between black and white: the mean of two is 127.5.
  const stripes = encodePng(repeat(64, 1, [0, 0, 0, 255, 255, 255, 255, 255]));
  const middle = (rounding: "none" | "each-pass") => {
    const manifest = varied({
      input: { ...NORMALISED, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      resize: { kind: "stretch", width: 32, height: 1 },
      resample: { kind: "bilinear", antialias: false, factor: "per-side", rounding },
      pad: { kind: "none", value: 0 },
    });
    return inputOf(imageOf(stripes, manifest), manifest, codec).data[5];
  };
  assertEquals([middle("none"), middle("each-pass")], [127.5, 128]);
});

Deno.test("inputOf() samples by one factor only with factor one", () => {
  // 64x5 at one half: 2.5 rows become 3. The last row lies at 5 / 3 · 2.5 − 0.5 or 2 · 2.5 − 0.5.
  const grey = (y: number) => [50 * y, 50 * y, 50 * y, 255];
  const rows = Array.from({ length: 5 }, (_, y) => Array.from({ length: 64 }, () => grey(y)));
  const data = Uint8Array.from(rows.flat(2));
  const bytes = encodePng({ data, width: 64, height: 5, channels: 4, reduction: 1 });
  const last = (factor: "one" | "per-side") => {
    const manifest = varied({
      input: { ...NORMALISED, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      resample: { kind: "bilinear", antialias: false, factor, rounding: "none" },
      pad: { kind: "none", value: 0 },
    });
    return inputOf(imageOf(bytes, manifest), manifest, codec).data[32 * 2];
  };
  // Rows 3.67 and 4 (the last row repeats beyond the border), times 50.
  assertAlmostEquals(last("per-side")!, 550 / 3, 1e-3);
  assertAlmostEquals(last("one")!, 200, 1e-3);
});

Deno.test("emptyInput() returns zeros in the shape of any input", () => {
  const { plan } = imageOf(TINY);
  for (const input of [NORMALISED, { ...NORMALISED, batch: 2 }, BYTES]) {
    const manifest = varied({ input });
    const [empty, full] = [emptyInput(plan, manifest), inputOf(imageOf(TINY), manifest, codec)];
    assertEquals([empty.type, empty.shape], [full.type, full.shape]);
    assertEquals(empty.data.length, full.data.length);
    assert(empty.data.every((value) => value === 0));
  }
});
