import { assert, assertEquals } from "@std/assert";
import manifest from "../../../models/everyday8.json" with { type: "json" };
import type { AppDeps } from "../../../routes/app.ts";
import { imageEncoder } from "../../../src/codecs/image_encoder.ts";
import { classColour, rgbOf } from "../../../src/core/palette.ts";
import { drawImage } from "../../../src/detect/draw_image.ts";
import { modelInfo } from "../../../src/detect/model_info.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../../src/image/limits.ts";
import type { Pixels } from "../../../src/image/pixels.ts";
import { parseManifest } from "../../../src/manifest/manifest.ts";
import { hostRuntime } from "../../../src/platforms/host/runtime.ts";
import type { Detector } from "../../../src/ports/detector.ts";
import { appOf, problemOf, quickApp } from "../quick_app.ts";

const { codec } = await hostRuntime({ threads: 1 });

/** Detection in the tests' image of 120 x 80 pixels. */
const BOX = { xmin: 30, ymin: 40, xmax: 90, ymax: 70 };
const FILL = rgbOf(classColour(0).fill);

/** Creates an app whose detector finds one person, and draws as a worker does. */
async function drawingApp(deps?: Partial<AppDeps>) {
  const model = parseManifest(manifest);
  const engine = { provider: "wasm", threads: 1, reason: "it is a test" } as const;
  const timing = { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 };
  const detections = [{ label: "person", classId: 0, score: 0.9, box: BOX }];
  const image = { width: 120, height: 80 };
  const detector: Detector = {
    model: modelInfo(model),
    engine,
    detect: () => Promise.resolve({ model: model.id, image, detections, engine, timing }),
    async draw(bytes, request) {
      const canvas = drawImage(bytes, request, codec, DEFAULT_IMAGE_LIMITS);
      return { bytes: await imageEncoder(canvas, request.format, request.isOverlay), ms: 1 };
    },
    close: () => Promise.resolve(),
  };
  return await appOf(detector, { maxBytes: 100_000, ...deps });
}

/** Encodes a grey image of 120 x 80 pixels with a white top left quarter. */
function photo(format: "png" | "jpeg"): Promise<Uint8Array<ArrayBuffer>> {
  const data = new Uint8Array(4 * 120 * 80);
  for (let i = 0; i < data.length; i += 4) {
    const isWhite = i / 4 % 120 < 60 && i / 480 < 40;
    data.set(isWhite ? [255, 255, 255, 255] : [120, 120, 120, 255], i);
  }
  return imageEncoder({ data, width: 120, height: 80 }, format, false);
}

/** Adds an EXIF orientation to a JPEG. */
function turned(jpeg: Uint8Array, orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff, 0, 0, 0, 0, 0, 0];
  return Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif, ...jpeg.subarray(2));
}

async function ask(
  path: string,
  accept?: string,
  body?: Uint8Array<ArrayBuffer>,
  deps?: Partial<AppDeps>,
): Promise<Response> {
  const app = await drawingApp(deps);
  const file = body ?? await photo("png");
  return await app.request(path, {
    method: "POST",
    body: file,
    headers: { accept: accept ?? "*/*" },
  });
}

async function decoded(response: Response): Promise<Pixels> {
  assertEquals(response.status, 200, await response.clone().text());
  const bytes = new Uint8Array(await response.arrayBuffer());
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

function at({ data, width, channels }: Pixels, x: number, y: number): number[] {
  const index = channels * (y * width + x);
  return [...data.subarray(index, index + channels)];
}

for (
  const [accept, type] of [
    ["image/png", "image/png"],
    ["image/jpeg", "image/jpeg"],
    ["image/*", "image/jpeg"],
    ["image/png, image/jpeg", "image/png"],
    ["image/png;q=0.5, image/jpeg", "image/jpeg"],
    ["application/json;q=0.5, image/*;q=0.9, image/jpeg;q=0", "image/png"],
    ["image/svg+xml;q=0.9, image/png;q=0.8", "image/svg+xml"],
    ["IMAGE/PNG", "image/png"],
    ["image/png;q=0", "application/json"],
    ["image/png;q=0.5, */*", "application/json"],
    ["image/avif,image/webp", "application/json"],
  ] as const
) {
  Deno.test(`POST /detect answers ${type} to Accept: ${accept}`, async () => {
    const response = await ask("/detect", accept);
    assertEquals(response.headers.get("content-type"), type);
    assertEquals(response.headers.get("vary"), "Accept");
    assert(response.headers.has("server-timing"));
    await response.body?.cancel();
  });
}

Deno.test("POST /detect draws the boxes over the pixels of the image", async () => {
  const response = await ask("/detect?format=png", "application/json");
  assertEquals(
    response.headers.get("content-length"),
    String((await response.clone().bytes()).length),
  );
  assert(response.headers.get("server-timing")!.endsWith(", draw;dur=1.00"));
  const pixels = await decoded(response);
  assertEquals([pixels.width, pixels.height, pixels.channels], [120, 80, 3]);
  assertEquals(at(pixels, 30, 55), [...FILL]);
  assertEquals(at(pixels, 60, 69), [...FILL]);
  assertEquals(at(pixels, 60, 60), [120, 120, 120]);
  assertEquals(at(pixels, 5, 5), [255, 255, 255]);
});

Deno.test("POST /detect draws over the upright image of each EXIF orientation", async () => {
  const jpeg = await photo("jpeg");
  // Orientation 1: the white quarter is top left. 3: bottom right, beside the box.
  for (const [orientation, x, y] of [[1, 5, 5], [3, 115, 75], [2, 115, 5], [4, 5, 75]] as const) {
    const pixels = await decoded(await ask("/detect?format=png", "*/*", turned(jpeg, orientation)));
    assert(at(pixels, x, y).every((value) => value > 245), `orientation ${orientation}`);
    assertEquals(at(pixels, 30, 60), [...FILL]);
  }
  for (const orientation of [5, 6, 7, 8]) {
    const pixels = await decoded(await ask("/detect?format=png", "*/*", turned(jpeg, orientation)));
    assertEquals([pixels.width, pixels.height], [80, 120], `orientation ${orientation}`);
  }
});

Deno.test("POST /detect answers an overlay that is transparent beside the boxes", async () => {
  const pixels = await decoded(await ask("/detect?format=png&overlay=true"));
  assertEquals(pixels.channels, 4);
  assertEquals(at(pixels, 30, 55), [...FILL, 255]);
  assertEquals(at(pixels, 60, 60)[3], 0);
  const svg = await (await ask("/detect?format=svg&overlay=true")).text();
  assert(svg.includes("person 90 %") && !svg.includes("<image"));
});

for (const [query, deps] of [["side=60", {}], ["side=100", { maxDrawingSide: 60 }]] as const) {
  Deno.test(`POST /detect scales a drawing down to ${JSON.stringify([query, deps])}`, async () => {
    const pixels = await decoded(await ask(`/detect?format=png&${query}`, "*/*", undefined, deps));
    assertEquals([pixels.width, pixels.height], [60, 40]);
    assertEquals(at(pixels, 15, 28), [...FILL]);
  });
}

for (
  const [query, accept] of [
    ["overlay=true", "*/*"],
    ["overlay=true&format=jpeg", "*/*"],
    ["side=100", "application/json"],
    ["side=100&format=svg", "*/*"],
    ["side=15&format=png", "*/*"],
    ["side=1.5&format=png", "*/*"],
    ["format=webp", "*/*"],
    ["format=png&overlay=yes", "*/*"],
  ] as const
) {
  Deno.test(`POST /detect?${query} with Accept: ${accept} is an invalid option`, async () => {
    assertEquals(await problemOf(ask(`/detect?${query}`, accept)), [400, "invalid-option"]);
  });
}

Deno.test("POST /detect answers 406 if the detector cannot draw", async () => {
  const app = await quickApp();
  for (const path of ["/detect?format=jpeg", "/detect"]) {
    const body = (await photo("png")).slice(0, 900);
    const headers = { accept: "image/png" };
    const answer = app.request(path, { method: "POST", body, headers });
    assertEquals(await problemOf(answer), [406, "not-acceptable"]);
  }
});

Deno.test("POST /detect counts a drawing in the memory budget until it has been read", async () => {
  const body = await photo("png");
  const probe = await ask("/detect?format=png", "*/*", body);
  const length = Number(probe.headers.get("content-length"));
  await probe.body!.cancel();
  // Two drawings do not fit, one fits with its request.
  const app = await drawingApp({ bodyMemory: Math.ceil((length + body.length) * 4 / 3) });
  const send = () => app.request("/detect?format=png", { method: "POST", body });
  const unread = await send();
  assertEquals(unread.status, 200);
  assertEquals(await problemOf(send()), [503, "busy"]);
  await unread.body!.cancel();
  const read = await send();
  assertEquals((await read.bytes()).length, length);
  assertEquals((await send()).status, 200);
});
