import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assert, assertEquals } from "@std/assert";
import type { HeadsManifest, Manifest } from "../../src/manifest/manifest.ts";
import { decodeImage, emptyInput, inputOf } from "../../src/detect/preprocess.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { assertDomainError } from "./assert_domain_error.ts";
import { smallManifest, varied } from "../manifest/small_manifest.ts";

const { codec } = await hostRuntime({ threads: 1 });

/** RGBA pixels that repeat these bytes. */
function repeat(width: number, height: number, bytes: readonly number[]): Pixels {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => bytes[i % bytes.length]);
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

Deno.test("decodeImage() takes as many bytes and pixels as are allowed", () => {
  const { plan } = imageOf(TINY, smallManifest, {
    ...DEFAULT_IMAGE_LIMITS,
    maxBytes: TINY.length,
    maxPixels: 12,
  });
  assertEquals(plan.source, { width: 4, height: 3 });
});

Deno.test("decodeImage() refuses a byte too many, naming limit and value", () => {
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

Deno.test("decodeImage() refuses a pixel too many before it decodes", () => {
  // Cut within its first data chunk: decoding would fail in another way.
  const cut = TINY.subarray(0, 45);
  assertDomainError(
    () => imageOf(cut, smallManifest, { ...DEFAULT_IMAGE_LIMITS, maxBytes: 1000, maxPixels: 11 }),
    "too-many-pixels",
    "at most 11 pixels",
    "4x3",
  );
});

Deno.test("decodeImage() refuses what takes too much memory before it decodes", () => {
  const cut = TINY.subarray(0, 45);
  assertDomainError(
    () => imageOf(cut, smallManifest, { ...DEFAULT_IMAGE_LIMITS, maxDecodedBytes: 95 }),
    "too-many-pixels",
    "at most 95 bytes of memory: current value is 96 (4x3, png of 8 bits)",
  );
});

Deno.test("decodeImage() counts bytes before it looks at them", () => {
  const limits = { ...DEFAULT_IMAGE_LIMITS, maxBytes: 1, maxPixels: 1 };
  assertDomainError(() => imageOf(new Uint8Array(2), smallManifest, limits), "too-many-bytes");
});

/** The first pixel of the view. */
function firstPixel(bytes: Uint8Array, manifest: Manifest): number[] {
  const { view } = imageOf(bytes, manifest);
  return [...view.data.subarray(view.offset, view.offset + 3)];
}

Deno.test("decodeImage() lays clear pixels over the colour of the padding", () => {
  const clear = encodePng(repeat(4, 3, [10, 20, 30, 0]));
  // Padding of 0 is the mean: .5, .25 and .125 of 255.
  assertEquals(firstPixel(clear, smallManifest), [128, 64, 32]);
  // By planes, (0.4 · std + mean) · 255: 178.5, 89.25 and 44.625.
  const padded = varied({ pad: { kind: "none", value: 0.4 } });
  assertEquals(firstPixel(clear, padded), [179, 89, 45]);
  // The first plane is blue.
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  assertEquals(firstPixel(clear, varied({ input })), [32, 64, 128]);
  // Three values are in the order of the planes: (value · std + mean) · 255.
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

Deno.test("decodeImage() takes the padding of a byte input for a colour as it is", () => {
  const clear = encodePng(repeat(4, 3, [10, 20, 30, 0]));
  const manifest = varied({ input: BYTES, pad: { kind: "none", value: [1, 128, 300] } });
  assertEquals(firstPixel(clear, manifest), [1, 128, 255]);
  const bgr = varied({ ...manifest, input: { ...BYTES, colour: "bgr" } });
  assertEquals(firstPixel(clear, bgr), [255, 128, 1]);
});

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`decodeImage() plans orientation ${orientation} upright, at the scale that covers it`, async () => {
    const bytes = await Deno.readFile(new URL(`orientation-${orientation}.jpg`, FORMATS));
    const { view, plan } = imageOf(bytes);
    assertEquals(plan, {
      source: { width: 64, height: 48 },
      resized: { width: 32, height: 24 },
      input: { width: 32, height: 32 },
      scaled: { width: 32, height: 24 },
      ratio: 0.5,
    });
    assertEquals([view.width, view.height, view.reduction], [32, 24, 2]);
  });
}

const NORMALISED = smallManifest.input as HeadsManifest["input"] & { type: "float32" };

/** Planes at a pixel of the 32x32 input, as 0–255 again. */
function colourAt(tensor: ArrayLike<number>, x: number, y: number) {
  const { mean, std } = NORMALISED;
  return [0, 1, 2].map((plane) =>
    (tensor[(plane * 32 + y) * 32 + x] * std[plane] + mean[plane]) * 255
  );
}

Deno.test("inputOf() goes by the manifest: colour order, mean, std and padding", async () => {
  // Red, green, blue and grey quarters; the image ends at row 24.
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  const manifest = varied({ input, pad: { kind: "multiple", of: 32, value: -9 } });
  const { data: tensor } = inputOf(imageOf(bytes, manifest), manifest);
  assertEquals(tensor.length, 3 * 32 * 32);
  const [blue, green, red] = colourAt(tensor, 8, 6);
  [[red, 220], [green, 40], [blue, 30]].forEach(([found, painted]) =>
    assert(Math.abs(found - painted) < 5, `${found} is not ${painted}`)
  );
  for (const plane of [0, 1, 2]) assertEquals(tensor[(plane * 32 + 24) * 32], -9);
});

Deno.test("inputOf() smooths only where the manifest says so", () => {
  // Columns are black and white by turns.
  const stripes = repeat(64, 64, [0, 0, 0, 255, 255, 255, 255, 255]);
  // To 21 columns: without antialias some outputs lie on one colour, with it all are near grey.
  const spread = (antialias: boolean) => {
    const manifest = varied({
      resize: { kind: "stretch", width: 21, height: 21 },
      pad: { kind: "none", value: 0 },
      resample: { ...smallManifest.resample, antialias },
    });
    const { data: tensor } = inputOf(imageOf(encodePng(stripes), manifest), manifest);
    const line = tensor.subarray(0, 21);
    return Math.max(...line) - Math.min(...line);
  };
  assert(spread(false) > 1.5, `${spread(false)}`);
  assert(spread(true) < 0.6, `${spread(true)}`);
});

Deno.test("inputOf() gives a byte input the pixels as they are, and its padding", async () => {
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const manifest = varied({ input: BYTES, pad: { kind: "multiple", of: 32, value: 114 } });
  const { type, shape, data } = inputOf(imageOf(bytes, manifest), manifest);
  assertEquals([type, shape], ["uint8", [1, 32, 32, 3]]);
  const at = (x: number, y: number) => [...data.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)];
  // Red, green, blue.
  at(8, 6).forEach((found, i) => assert(Math.abs(found - [220, 40, 30][i]) < 5, `${at(8, 6)}`));
  assertEquals(at(0, 24), [114, 114, 114]);
});

Deno.test("inputOf() makes pixels whole only where the manifest says so", () => {
  // Black and white by turns: the mean of two is 127.5.
  const stripes = encodePng(repeat(64, 1, [0, 0, 0, 255, 255, 255, 255, 255]));
  const middle = (rounding: "none" | "each-pass") => {
    const manifest = varied({
      input: { ...NORMALISED, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      resize: { kind: "stretch", width: 32, height: 1 },
      resample: { kind: "bilinear", antialias: false, factor: "per-side", rounding },
      pad: { kind: "none", value: 0 },
    });
    return inputOf(imageOf(stripes, manifest), manifest).data[5];
  };
  assertEquals([middle("none"), middle("each-pass")], [127.5, 128]);
});

Deno.test("inputOf() samples by the factor where the manifest says so", () => {
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
    return inputOf(imageOf(bytes, manifest), manifest).data[32 * 2];
  };
  // Indices 3.67 and 4 (past the border the edge repeats), times 50.
  assert(Math.abs(last("per-side") - 550 / 3) < 1e-3, `${last("per-side")}`);
  assert(Math.abs(last("one") - 200) < 1e-3, `${last("one")}`);
});

Deno.test("emptyInput() is as large as any input, and empty", () => {
  const { plan } = imageOf(TINY);
  for (const input of [NORMALISED, { ...NORMALISED, batch: 2 }, BYTES]) {
    const manifest = varied({ input });
    const [empty, full] = [emptyInput(plan, manifest), inputOf(imageOf(TINY), manifest)];
    assertEquals([empty.type, empty.shape], [full.type, full.shape]);
    assertEquals(empty.data.length, full.data.length);
    assert(empty.data.every((value) => value === 0));
  }
});
