import { assert, assertEquals } from "@std/assert";
import { isSharpInstalled, sharpJpegDecoder } from "../../../src/codecs/sharp_jpeg.ts";
import { turboJpegDecoder } from "../../../src/codecs/turbo_jpeg.ts";
import { createDetector } from "../../../src/detect/detector.ts";
import { inputOf, readImage } from "../../../src/detect/preprocess.ts";
import { type ImageHeader, readHeader } from "../../../src/image/formats/read_header.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../../src/image/limits.ts";
import type { Pixels } from "../../../src/image/pixels.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import { turboJpegLibrary } from "../../../src/platforms/host/turbo_jpeg_library.ts";
import type { ImageCodec, NativeDecoder } from "../../../src/ports/image_codec.ts";
import { boxIou } from "../../box_iou.ts";
import { encodeCmykJpeg } from "../../conformance/encoders/cmyk_jpeg.ts";
import { encodeGreyJpeg, encodeJpeg } from "../../conformance/encoders/encode.ts";
import { mutate } from "../../fuzz/mutate.ts";
import { exifSegment } from "../../image/formats/build_jpeg.ts";
import { orientationTiff } from "../../image/formats/build_tiff.ts";
import { joinBytes } from "../../image/formats/bytes_of.ts";
import { orientations } from "../../image/store_image.ts";
import { drawScene, sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { seededRandom } from "../../random.ts";
import { testUnless } from "../../testing.ts";
import { smallManifest } from "../../manifest/small_manifest.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const turboJpeg = turboJpegLibrary();
const sharp = isSharpInstalled() ? sharpJpegDecoder() : undefined;
const turbo = turboJpeg && turboJpegDecoder(turboJpeg);
const NO_SHARP = sharp ? undefined : "sharp is not installed (deno task native)";
const NO_TURBO = turbo
  ? undefined
  : "libjpeg-turbo is not installed (apt-get install libturbojpeg0)";

/** Native JPEG decoders, and the reasons why they are missing. */
const DECODERS: [name: string, native: NativeDecoder | undefined, missing: string | undefined][] = [
  ["sharpJpegDecoder()", sharp, NO_SHARP],
  ["turboJpegDecoder()", turbo, NO_TURBO],
];

const { codec } = await hostRuntime({ threads: 1 });
/** Manifest whose input holds the resampled pixels, 0 to 255. */
const PIXELS = {
  ...smallManifest,
  input: { ...smallManifest.input, divisor: 1, mean: [0, 0, 0], std: [1, 1, 1] },
  resize: { ...smallManifest.resize, kind: "fit", width: 320, height: 320 },
} as typeof smallManifest;

const photo = (name: string) =>
  Deno.readFile(new URL(`../../../docs/photos/${name}`, import.meta.url));
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

for (const [decoder, native, missing] of DECODERS) {
  for (const [name, read] of Object.entries(IMAGES)) {
    testUnless(
      missing,
      `${decoder} agrees with WebAssembly to one level on average: ${name}`,
      async () => {
        const image = await read();
        const [found, expected] = [
          await nativeTensor(native!, image),
          await tensorOf(image, codec),
        ];
        const difference = meanDifference(found, expected);
        assert(difference <= 1, `${difference}`);
        // The wrong twin is shifted by one pixel.
        assert(meanDifference(found.subarray(1), expected) > 1.5 * difference);
      },
    );
  }

  testUnless(missing, `${decoder} turns an image by its EXIF orientation`, async () => {
    const stored = await scene(640, 480);
    for (const orientation of orientations) {
      const exif = exifSegment(orientationTiff(orientation));
      const image = joinBytes(stored.subarray(0, 2), exif, stored.subarray(2));
      const [found, expected] = [await nativeTensor(native!, image), await tensorOf(image, codec)];
      assert(meanDifference(found, expected) <= 1, `${orientation}`);
    }
  });

  testUnless(missing, `${decoder} leaves unusual files to WebAssembly`, async () => {
    const usual = await scene(640, 480);
    const left: Record<string, Bytes> = {
      "four components": await encodeCmykJpeg(drawScene(640, 480)),
      "a truncated file": usual.subarray(0, usual.length >> 1),
      "damaged data": usual.map((byte, i) =>
        i > usual.length >> 1 && i % 97 === 0 ? byte ^ 0x55 : byte
      ),
    };
    for (const [name, image] of Object.entries(left)) {
      const pixels = await native!(image, readHeader(image), { width: 320, height: 240 });
      assertEquals(pixels, undefined, name);
    }
  });

  testUnless(missing, `${decoder} decodes a whole image like WebAssembly`, async () => {
    const image = await scene(320, 240);
    const header = readHeader(image);
    const found = await native!(image, header, header);
    const expected: Pixels = codec.decode(image, header, header);
    assertEquals(found?.reduction, 1);
    assert(meanDifference(found!.data, expected.data) <= 0.1);
  });

  testUnless(missing, `${decoder} decodes several images at once`, async () => {
    const images = [await scene(640, 480), await scene(800, 640), await scene(1280, 960)];
    const decode = async (image: Bytes) => {
      const pixels = await native!(image, readHeader(image), { width: 160, height: 120 });
      return pixels!.data;
    };
    const alone: Uint8Array[] = [];
    for (const image of images) alone.push(await decode(image));
    const many = Array.from({ length: 30 }, (_, i) => decode(images[i % images.length]!));
    for (const [i, data] of (await Promise.all(many)).entries()) {
      assertEquals(data, alone[i % alone.length]);
    }
  });
}

testUnless(
  NO_SHARP,
  "sharpJpegDecoder() leaves a size that the scale does not divide to WebAssembly",
  async () => {
    const image = await scene(641, 480);
    const atLeast = { width: 320, height: 240 };
    assertEquals(
      await sharp!(image, readHeader(image), atLeast),
      undefined,
    );
  },
);

testUnless(
  NO_TURBO,
  "turboJpegDecoder() decodes every size and scale to the pixels of WebAssembly",
  async () => {
    for (
      const [width, height] of [[641, 479], [17, 300], [333, 16], [1, 16], [15, 15], [1023, 7]]
    ) {
      const image = await scene(width!, height!);
      const header = readHeader(image);
      for (const reduction of [1, 2, 4, 8]) {
        const atLeast = {
          width: Math.ceil(width! / reduction),
          height: Math.ceil(height! / reduction),
        };
        const expected = codec.decode(image, header, atLeast);
        const found = await turbo!(image, header, atLeast);
        if (Math.max(width!, height!) < 16) {
          assertEquals(found, undefined);
          continue;
        }
        assertEquals(found, expected);
      }
    }
  },
);

testUnless(
  NO_TURBO,
  "turboJpegDecoder() decodes no damaged file that WebAssembly refuses",
  async () => {
    const random = seededRandom(1);
    const whole = [
      await scene(160, 120),
      await encodeJpeg(drawScene(160, 120), true),
      await encodeGreyJpeg(drawScene(160, 120)),
    ];
    const counts = { left: 0, same: 0, other: 0 };
    for (let run = 0; run < 1500; run++) {
      const image = mutate(whole[run % whole.length]!, random, whole[0]!);
      const header = headerOf(image);
      if (header === undefined || header.width * header.height > 1e6) continue;
      const atLeast = { width: header.width >> 1, height: header.height >> 1 };
      const found = await turbo!(image, header, atLeast);
      if (found === undefined) {
        counts.left++;
        continue;
      }
      const expected = codec.decode(image, header, atLeast); // throws if it refuses the file
      counts[meanDifference(found.data, expected.data) === 0 ? "same" : "other"]++;
    }
    // Coefficients that no encoder writes overflow in different ways.
    assert(counts.other < 0.1 * counts.same, JSON.stringify(counts));
    assert(counts.left > 100 && counts.same > 100, JSON.stringify(counts));
  },
);

testUnless(
  sharp || turbo ? undefined : `${NO_SHARP}; ${NO_TURBO}`,
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

function headerOf(image: Bytes): ImageHeader | undefined {
  try {
    return readHeader(image);
  } catch {
    return undefined;
  }
}

/** Returns the tensor of an image, and fails if the native decoder did not decode it. */
async function nativeTensor(native: NativeDecoder, image: Bytes): Promise<Float32Array> {
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
  return inputOf(planned, PIXELS, from).data as Float32Array;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
