import { assert, assertEquals } from "@std/assert";
import type { Manifest } from "../../models/manifest.ts";
import { decodePicture, DEFAULT_IMAGE_LIMITS, tensorOf } from "../../src/detect/ingest.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { denoRuntime } from "../../src/runtime/deno_runtime.ts";
import { encodePng } from "../pictures/encode_png.ts";
import { assertDomainError } from "./assert_domain_error.ts";
import { smallManifest, varied } from "./small_manifest.ts";

const { codec } = await denoRuntime({ threads: 1 });

/** RGBA pixels that repeat these bytes. */
function repeat(width: number, height: number, bytes: readonly number[]): Pixels {
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => bytes[i % bytes.length]);
  return { data, width, height, channels: 4, reduction: 1 };
}

function pictureOf(bytes: Uint8Array, manifest = smallManifest, limits = DEFAULT_IMAGE_LIMITS) {
  return decodePicture(bytes, manifest, codec, limits);
}

const TINY = encodePng(repeat(4, 3, [10, 20, 30, 255]));

Deno.test("decodePicture() takes as many bytes and pixels as are allowed", () => {
  const { plan } = pictureOf(TINY, smallManifest, { maxBytes: TINY.length, maxPixels: 12 });
  assertEquals(plan.source, { width: 4, height: 3 });
});

Deno.test("decodePicture() refuses a byte too many, naming limit and value", () => {
  assertDomainError(
    () => pictureOf(TINY, smallManifest, { maxBytes: TINY.length - 1, maxPixels: 12 }),
    "too-many-bytes",
    `at most ${TINY.length - 1} bytes: current value is ${TINY.length}`,
  );
});

Deno.test("decodePicture() refuses a pixel too many before it decodes", () => {
  // Cut within its first data chunk: decoding would fail in another way.
  const cut = TINY.subarray(0, 45);
  assertDomainError(
    () => pictureOf(cut, smallManifest, { maxBytes: 1000, maxPixels: 11 }),
    "too-many-pixels",
    "at most 11 pixels",
    "4x3",
  );
});

Deno.test("decodePicture() counts bytes before it looks at them", () => {
  const limits = { maxBytes: 1, maxPixels: 1 };
  assertDomainError(() => pictureOf(new Uint8Array(2), smallManifest, limits), "too-many-bytes");
});

/** The first pixel of the view. */
function firstPixel(bytes: Uint8Array, manifest: Manifest): number[] {
  const { view } = pictureOf(bytes, manifest);
  return [...view.data.subarray(view.offset, view.offset + 3)];
}

Deno.test("decodePicture() lays clear pixels over the colour of the padding", () => {
  const clear = encodePng(repeat(4, 3, [10, 20, 30, 0]));
  // Padding of 0 is the mean: .5, .25 and .125 of 255.
  assertEquals(firstPixel(clear, smallManifest), [128, 64, 32]);
  // By planes, (0.4 · std + mean) · 255: 178.5, 89.25 and 44.625.
  const padded = varied({ pad: { kind: "none", value: 0.4 } });
  assertEquals(firstPixel(clear, padded), [179, 89, 45]);
  // The first plane is blue.
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  assertEquals(firstPixel(clear, varied({ input })), [32, 64, 128]);
});

const FORMATS = new URL("../pictures/formats/", import.meta.url);

for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`decodePicture() plans orientation ${orientation} upright, at the scale that covers it`, async () => {
    const bytes = await Deno.readFile(new URL(`orientation-${orientation}.jpg`, FORMATS));
    const { view, plan } = pictureOf(bytes);
    assertEquals(plan, {
      source: { width: 64, height: 48 },
      resized: { width: 32, height: 24 },
      input: { width: 32, height: 32 },
    });
    assertEquals([view.width, view.height, view.reduction], [32, 24, 2]);
  });
}

/** Planes at a pixel of the 32x32 input, as 0–255 again. */
function colourAt(tensor: Float32Array, x: number, y: number, { mean, std }: Manifest["input"]) {
  return [0, 1, 2].map((plane) =>
    (tensor[(plane * 32 + y) * 32 + x] * std[plane] + mean[plane]) * 255
  );
}

Deno.test("tensorOf() goes by the manifest: colour order, mean, std and padding", async () => {
  // Red, green, blue and grey quarters; the picture ends at row 24.
  const bytes = await Deno.readFile(new URL("rgb.jpg", FORMATS));
  const input = { ...smallManifest.input, colour: "bgr" } as const;
  const manifest = varied({ input, pad: { kind: "multiple", of: 32, value: -9 } });
  const tensor = tensorOf(pictureOf(bytes, manifest), manifest);
  assertEquals(tensor.length, 3 * 32 * 32);
  const [blue, green, red] = colourAt(tensor, 8, 6, input);
  [[red, 220], [green, 40], [blue, 30]].forEach(([found, painted]) =>
    assert(Math.abs(found - painted) < 5, `${found} is not ${painted}`)
  );
  for (const plane of [0, 1, 2]) assertEquals(tensor[(plane * 32 + 24) * 32], -9);
});

Deno.test("tensorOf() smooths only where the manifest says so", () => {
  // Columns are black and white by turns.
  const stripes = repeat(64, 64, [0, 0, 0, 255, 255, 255, 255, 255]);
  // To 21 columns: without antialias some outputs lie on one colour, with it all are near grey.
  const spread = (antialias: boolean) => {
    const manifest = varied({
      resize: { kind: "stretch", width: 21, height: 21 },
      pad: { kind: "none", value: 0 },
      resample: { kind: "bilinear", antialias },
    });
    const tensor = tensorOf(pictureOf(encodePng(stripes), manifest), manifest);
    const line = tensor.subarray(0, 21);
    return Math.max(...line) - Math.min(...line);
  };
  assert(spread(false) > 1.5, `${spread(false)}`);
  assert(spread(true) < 0.6, `${spread(true)}`);
});
