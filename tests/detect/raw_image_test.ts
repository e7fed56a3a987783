import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import { assertEquals, assertGreater } from "@std/assert";
import type { Detector, DetectResult } from "../../src/ports/detector.ts";
import type { RawImage } from "../../src/image/raw_image.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { startDetector } from "../../src/platforms/host/start_pool.ts";
import { openEveryday8 } from "../everyday8.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";

const { codec } = await hostRuntime({ threads: 1 });

/** Decodes a PNG. */
function decoded(png: Uint8Array): RawImage {
  const header = readHeader(png);
  const { data, width, height } = codec.decode(png, header, header);
  return { data: data.slice(), width, height };
}

/** Decodes a PNG of RGB to opaque RGBA. */
function decodedRgba(png: Uint8Array): RawImage {
  const { data: rgb, width, height } = decoded(png);
  assertEquals(rgb.length, 3 * width * height);
  const data = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    return i % 4 === 3 ? 255 : rgb[(i >> 2) * 3 + i % 4]!;
  });
  return { data, width, height };
}

/** Returns a PNG whose left half is translucent. */
function translucentImage(): Uint8Array {
  const { data, ...rest } = decodedRgba(fruitImage());
  const translucent = Uint8Array.from(data, (value, i) => {
    const isLeft = (i >> 2) % rest.width < rest.width / 2;
    return i % 4 === 3 && isLeft ? 180 : value;
  });
  return encodePng({ data: translucent, ...rest, channels: 4, reduction: 1 });
}

async function found(detector: Detector, photo: Uint8Array | RawImage) {
  const { image, detections }: DetectResult = await detector.detect(photo, {
    scoreThreshold: 0.05,
  });
  return { image, detections };
}

Deno.test("detect() returns the same for raw pixels as for a PNG of them", async (test) => {
  const detector = await openEveryday8();
  for (
    const [name, png] of [["opaque", fruitImage()], ["translucent", translucentImage()]] as const
  ) {
    await test.step(name, async () => {
      const expected = await found(detector, png);
      assertGreater(expected.detections.length, 0);
      const raw = decoded(png);
      const before = raw.data.slice();
      assertEquals(await found(detector, raw), expected);
      assertEquals(raw.data, before, "the caller's bytes");
    });
  }
  await test.step("grey and RGB", async () => {
    const { data, ...size } = decodedRgba(fruitImage());
    const grey = data.filter((_, i) => i % 4 === 1);
    const rgba = data.map((_, i) => i % 4 === 3 ? 255 : grey[i >> 2]!);
    const expected = await found(detector, { data: rgba, ...size });
    assertEquals(await found(detector, { data: grey, ...size }), expected);
    const rgb = rgba.filter((_, i) => i % 4 < 3);
    assertEquals(await found(detector, { data: new Uint8ClampedArray(rgb), ...size }), expected);
  });
  await detector.close();
});

Deno.test("workerDetector() sends raw pixels to a worker process", async () => {
  const detector = await startDetector({
    model: "everyday8",
    folder: new URL("../../models/", import.meta.url).href,
    engine: "wasm",
    threads: 1,
    limits: DEFAULT_IMAGE_LIMITS,
  });
  const { data, width, height } = decoded(fruitImage());
  const image = { data: new Uint8ClampedArray(data), width, height };
  assertEquals(await found(detector, image), await found(detector, fruitImage()));
  await detector.close();
});
