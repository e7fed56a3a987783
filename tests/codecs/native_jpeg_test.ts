import { assert, assertEquals } from "@std/assert";
import { isSharpInstalled, nativeJpegDecoder } from "../../src/codecs/native_jpeg.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { inputOf, readImage } from "../../src/detect/preprocess.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import type { ImageCodec } from "../../src/ports/image_codec.ts";
import { boxIou } from "../box_iou.ts";
import { encodeCmykJpeg } from "../conformance/encoders/cmyk_jpeg.ts";
import { encodeGreyJpeg, encodeJpeg } from "../conformance/encoders/encode.ts";
import { exifSegment } from "../image/formats/build_jpeg.ts";
import { orientationTiff } from "../image/formats/build_tiff.ts";
import { joinBytes } from "../image/formats/bytes_of.ts";
import { orientations } from "../image/store_image.ts";
import { drawScene, sceneJpeg } from "../sample_images/fruit_scene.ts";
import { testUnless } from "../testing.ts";
import { smallManifest } from "../manifest/small_manifest.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MISSING = isSharpInstalled() ? undefined : "sharp is not installed (deno task native)";

const { codec } = await hostRuntime({ threads: 1 });
/** Manifest whose input holds the resampled pixels, 0 to 255. */
const PIXELS = {
  ...smallManifest,
  input: { ...smallManifest.input, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  resize: { ...smallManifest.resize, kind: "fit", width: 320, height: 320 },
} as typeof smallManifest;

const photo = (name: string) =>
  Deno.readFile(new URL(`../../docs/photos/${name}`, import.meta.url));
const scene = (width: number, height: number) => encodeJpeg(drawScene(width, height));

/** Images, with the reduction at which both codecs decode the file before they resize it. */
const IMAGES: Readonly<Record<string, () => Bytes | Promise<Bytes>>> = {
  "1920x1080, at a quarter": sceneJpeg,
  "1280x960, at a quarter": () => scene(1280, 960),
  "800x640, at half": () => scene(800, 640),
  "480x360, at full size": () => scene(480, 360),
  "progressive": () => encodeJpeg(drawScene(1280, 960), true),
  "grey": () => encodeGreyJpeg(drawScene(1280, 960)),
  "a photo": () => photo("cat.jpg"),
  "a photo that is higher than wide": () => photo("astronaut.jpg"),
};

for (const [name, read] of Object.entries(IMAGES)) {
  testUnless(
    MISSING,
    `nativeJpegDecoder() agrees with WebAssembly to one level on average: ${name}`,
    async () => {
      const image = await read();
      const [found, expected] = [await nativeTensor(image), await tensorOf(image, codec)];
      const difference = meanDifference(found, expected);
      assert(difference <= 1, `${difference}`);
      // The wrong twin is shifted by one pixel.
      assert(meanDifference(found.subarray(1), expected) > 1.5 * difference);
    },
  );
}

testUnless(MISSING, "nativeJpegDecoder() turns an image by its EXIF orientation", async () => {
  const stored = await scene(640, 480);
  for (const orientation of orientations) {
    const exif = exifSegment(orientationTiff(orientation));
    const image = joinBytes(stored.subarray(0, 2), exif, stored.subarray(2));
    const [found, expected] = [await nativeTensor(image), await tensorOf(image, codec)];
    assert(meanDifference(found, expected) <= 1, `${orientation}`);
  }
});

testUnless(MISSING, "nativeJpegDecoder() leaves unusual files to WebAssembly", async () => {
  const native = nativeJpegDecoder();
  const usual = await scene(640, 480);
  const left: Record<string, Bytes> = {
    "four components": await encodeCmykJpeg(drawScene(640, 480)),
    "a size that the scale does not divide": await scene(641, 480),
    "a truncated file": usual.subarray(0, usual.length >> 1),
  };
  for (const [name, image] of Object.entries(left)) {
    const pixels = await native(image, readHeader(image), { width: 320, height: 240 });
    assertEquals(pixels, undefined, name);
  }
});

testUnless(MISSING, "nativeJpegDecoder() decodes a whole image like WebAssembly", async () => {
  const image = await scene(320, 240);
  const header = readHeader(image);
  const found = await nativeJpegDecoder()(image, header, header);
  const expected: Pixels = codec.decode(image, header, header);
  assertEquals(found?.reduction, 1);
  assert(meanDifference(found!.data, expected.data) <= 0.1);
});

testUnless(
  MISSING,
  "a detector finds the same boxes with the native codec, and names it",
  async () => {
    const image = await photo("cat.jpg");
    const detect = async (kind: "native" | "wasm") => {
      const runtime = await hostRuntime({ threads: 1, codec: kind });
      const detector = await createDetector(runtime, { model: "everyday8", engine: "wasm" });
      const result = await detector.detect(image);
      await detector.close();
      return result;
    };
    const [native, wasm] = [await detect("native"), await detect("wasm")];
    assertEquals([native.engine.codec, wasm.engine.codec], ["native", undefined]);
    assertEquals(native.detections.length, wasm.detections.length);
    for (const [i, { label, score, box }] of native.detections.entries()) {
      const expected = wasm.detections[i]!;
      assertEquals(label, expected.label);
      assert(Math.abs(score - expected.score) < 0.01, `${score} and ${expected.score}`);
      assert(boxIou(box, expected.box) > 0.98);
    }
  },
);

Deno.test("hostRuntime() decodes in WebAssembly if the native engine was not requested", async () => {
  assertEquals((await hostRuntime({ threads: 1, engine: "wasm" })).codec.native, undefined);
});

/** Returns the tensor of an image, and fails if the native decoder did not decode it. */
async function nativeTensor(image: Bytes): Promise<Float32Array> {
  const native = nativeJpegDecoder();
  let isNative = false;
  const tensor = await tensorOf(image, {
    ...codec,
    native: async (...call) => {
      const pixels = await native(...call);
      isNative = pixels !== undefined;
      return pixels;
    },
  });
  assert(isNative);
  return tensor;
}

async function tensorOf(image: Bytes, from: ImageCodec): Promise<Float32Array> {
  const planned = await readImage(image, PIXELS, from, DEFAULT_IMAGE_LIMITS);
  return inputOf(planned, PIXELS).data as Float32Array;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
