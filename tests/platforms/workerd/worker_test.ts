import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { Pixels } from "../../../src/image/pixels.ts";
import type { DetectResult } from "../../../src/ports/detector.ts";
import { boxIou } from "../../box_iou.ts";
import {
  assertGoldenDetections,
  folderWithWeights,
  GOLDEN_IMAGE,
} from "../../engines/external_model.ts";
import { openEveryday8 } from "../../everyday8.ts";
import { seededRandom, wholeBetween } from "../../random.ts";
import { CAMERA_ORANGE, cameraJpeg } from "../../sample_images/camera_jpeg.ts";
import { buildBlankJpeg } from "../../image/formats/build_jpeg.ts";
import { encodePng } from "../../sample_images/encode_png.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";
import { assertAnswersTiles } from "./assert_answers_tiles.ts";
import { startWorkerd } from "./start_workerd.ts";
import { runWrangler } from "./wrangler.ts";

// Cloudflare's own runtime, with the bundle that Cloudflare's own tool builds from wrangler.toml.
Deno.test("worker.ts on workerd", async (test) => {
  await using workerd = await startWorkerd();
  const image = fruitImage();
  const post = (path: string, body: BodyInit) =>
    fetch(`${workerd.url}${path}`, { method: "POST", body });

  await test.step("POST /detect gives the boxes of the same engine on Deno", async () => {
    const detector = await openEveryday8();
    const expected = await detector.detect(image, { scoreThreshold: 0.05 });
    await detector.close();
    const response = await post("/detect?score=0.05", image);
    assertEquals(response.status, 200);
    const answer: DetectResult = await response.json();
    assertEquals(answer.engine.provider, "wasm");
    assertEquals(answer.image, expected.image);
    assertSameDetections(answer, expected);
  });

  for (const [path, status] of [["/detect", 413], ["/nowhere", 404]] as const) {
    await test.step(`a client that sends 40 MB to ${path} before it reads gets ${status}`, async () => {
      const { hostname, port } = new URL(workerd.url);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      const body = new Uint8Array(40_000_000);
      const head = `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`;
      for (const bytes of [new TextEncoder().encode(head), body]) {
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
      }
      const start = new Uint8Array(12);
      await connection.read(start);
      assertEquals(new TextDecoder().decode(start), `HTTP/1.1 ${status}`);
    });
  }

  await test.step("POST /detect accepts a form", async () => {
    const form = new FormData();
    form.set("image", new File([image], "fruit.png"));
    assertEquals((await post("/detect", form)).status, 200);
  });

  await test.step("POST /detect accepts base64 in JSON, and refuses a URL", async () => {
    const headers = { "content-type": "application/json" };
    const postJson = (value: unknown) =>
      fetch(`${workerd.url}/detect`, { method: "POST", headers, body: JSON.stringify(value) });
    assertEquals((await postJson({ image: image.toBase64() })).status, 200);
    const response = await postJson({ url: "https://example.org/a.jpg" });
    assertEquals([response.status, (await response.json()).code], [403, "url-not-allowed"]);
  });

  await test.step("POST /detect refuses a body that is not an image", async () => {
    const response = await post("/detect", "not an image");
    assertEquals([response.status, (await response.json()).code], [415, "not-an-image"]);
  });

  await test.step("POST /detect decodes the other formats", async () => {
    const jpegs = ["orientation-6.jpg", "progressive.jpg", "cmyk.jpg"];
    const webps = ["lossy-alpha.webp", "lossless.webp", "orientation-6.webp"];
    for (const file of [...jpegs, "rgb.gif", ...webps, "palette.bmp"]) {
      const bytes = await Deno.readFile(
        new URL(`../../sample_images/formats/${file}`, import.meta.url),
      );
      const response = await post("/detect", bytes);
      assertEquals([file, response.status], [file, 200]);
      assertEquals((await response.json()).image, { width: 64, height: 48 });
    }
  });

  await test.step("POST /detect refuses AVIF as an unsupported format", async () => {
    const bytes = await Deno.readFile(
      new URL("../../sample_images/formats/rgb.avif", import.meta.url),
    );
    const response = await post("/detect", bytes);
    assertEquals([response.status, (await response.json()).code], [415, "unsupported-format"]);
  });

  await test.step("GET /readyz is ready and GET /models names the model", async () => {
    assertEquals((await fetch(`${workerd.url}/readyz`)).status, 200);
    assertStringIncludes(await (await fetch(`${workerd.url}/models`)).text(), "everyday8");
  });

  await test.step("GET /openapi.json and /docs describe the API", async () => {
    const { paths } = await (await fetch(`${workerd.url}/openapi.json`)).json();
    assertEquals("/detect" in paths, true);
    assertStringIncludes(await (await fetch(`${workerd.url}/docs`)).text(), 'id="detect"');
  });
});

Deno.test("worker.ts answers images in tiles and others that arrive together", async () => {
  await using workerd = await startWorkerd();
  await assertAnswersTiles(`${workerd.url}/detect`);
});

Deno.test("worker.ts reads weights from another file", async () => {
  const models = new URL(await folderWithWeights());
  {
    await using workerd = await startWorkerd({ environment: { MODEL: "own" }, models });
    const body = await Deno.readFile(GOLDEN_IMAGE);
    const response = await fetch(`${workerd.url}/detect`, { method: "POST", body });
    assertEquals(response.status, 200);
    await assertGoldenDetections((await response.json() as DetectResult).detections);
  }
  await Deno.remove(models, { recursive: true });
});

Deno.test("worker.ts finds drawn fruits in a 1080p JPEG", async () => {
  await using workerd = await startWorkerd();
  const body = await sceneJpeg();
  const response = await fetch(`${workerd.url}/detect?score=0.6`, { method: "POST", body });
  const { image, detections }: DetectResult = await response.json();
  assertEquals(image, { width: 1920, height: 1080 });
  const labels = detections.map(({ label }) => label);
  assertEquals(labels.sort(), ["apple", "orange", "orange", "orange"]);
});

const CAT = "photos/cat_1080p.jpg";

testUnless(missingShared(CAT), "worker.ts finds the cat of a photo", async () => {
  await using workerd = await startWorkerd();
  const body = await Deno.readFile(new URL(CAT, SHARED));
  const response = await fetch(`${workerd.url}/detect`, { method: "POST", body });
  const { detections }: DetectResult = await response.json();
  assertEquals(detections[0]?.label, "cat");
});

Deno.test("worker.ts reports its memory in X-Memory: under 100 MB for a 12-megapixel JPEG", async (test) => {
  await using workerd = await startWorkerd({ environment: { DEBUG_MEMORY: "true" } });
  const camera = await cameraJpeg();
  const post = (body: BodyInit) => fetch(`${workerd.url}/detect`, { method: "POST", body });

  for (const turn of ["first", "second", "third"]) {
    await test.step(`for the ${turn} of three`, async () => {
      const response = await post(camera);
      const { image, detections }: DetectResult = await response.json();
      assertEquals(image, { width: 4000, height: 3000 });
      assertEquals(detections.map(({ label }) => label), ["orange"]);
      const { x, y, radius } = CAMERA_ORANGE;
      const orange = { xmin: x - radius, ymin: y - radius, xmax: x + radius, ymax: y + radius };
      const { box } = detections[0]!;
      assert(boxIou(box, orange) > 0.8, JSON.stringify(box));
      const { peak, wasm, buffers } = memoryOf(response);
      assertEquals(peak, wasm + buffers);
      assert(peak < 100e6, `${peak} bytes`);
      // The engine with its weights, and the body. Less would mean that the meter missed some.
      assert(wasm > 40e6 && buffers > camera.length, `${wasm} and ${buffers} bytes`);
    });
  }

  await test.step("and under 128 MB for a JPEG of 64 megapixels and 10 MB", async () => {
    const size = { width: 8000, height: 8000 };
    const blank = buildBlankJpeg({ ...size, samplings: [0x22, 0x11, 0x11] });
    const large = new Uint8Array(10e6);
    large.set(blank);
    const response = await post(large);
    assertEquals((await response.json()).image, size);
    const { peak, buffers } = memoryOf(response);
    assert(buffers >= large.length && peak < 128e6, `${peak} bytes, ${buffers} in buffers`);
  });

  await test.step("and under 128 MB for the heaviest progressive JPEG that is accepted", async () => {
    const samplings = [0x11, 0x11, 0x11];
    const progressive = (width: number, height: number) =>
      post(buildBlankJpeg({ width, height, samplings, scans: "progressive" }));
    const response = await progressive(2600, 2000);
    assertEquals(response.status, 200, await response.text());
    assert(memoryOf(response).peak < 128e6, `${memoryOf(response).peak} bytes`);
    const refused = await progressive(2700, 2000);
    assertEquals([refused.status, (await refused.json()).code], [413, "too-many-pixels"]);
  });

  await test.step("and under 128 MB for the heaviest image that is accepted", async () => {
    const image = encodePng(noise(2000, 1999)); // 8 bytes per pixel in the decoder
    assert(image.length > 9e6 && image.length < 10e6, `${image.length} bytes`);
    const response = await post(image);
    assertEquals(response.status, 200, await response.text());
    const { peak } = memoryOf(response);
    assert(peak < 128e6, `${peak} bytes`);
  });
});

Deno.test("worker.ts sends no X-Memory if DEBUG_MEMORY is unset", async () => {
  await using workerd = await startWorkerd();
  const response = await fetch(`${workerd.url}/healthz`);
  await response.body?.cancel();
  assertEquals(response.headers.get("x-memory"), null);
});

Deno.test("worker.ts refuses a graph too large for a static asset, and names R2 as the remedy", async () => {
  await using workerd = await startWorkerd({ environment: { MODEL: "retinanet-9" } });
  const response = await fetch(`${workerd.url}/detect`, { method: "POST", body: fruitImage() });
  const { status, code, detail } = await response.json();
  assertEquals([status, code], [503, "model-too-large"]);
  assertStringIncludes(detail, "26214400");
  assertStringIncludes(detail, "MODELS_BUCKET");
});

Deno.test("wrangler deploy --dry-run accepts wrangler.toml without a warning", async () => {
  const folder = await Deno.makeTempDir();
  const printed = await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
  await Deno.remove(folder, { recursive: true });
  assert(!/warn|error|deprecat/i.test(printed), printed);
  const [, raw, packed] = printed.match(/Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/) ?? [];
  console.log(`      ${raw} KiB, ${packed} KiB gzipped`);
  assert(Number(raw) < 64 * 1024, `64 MiB are allowed: ${printed}`);
  assert(Number(packed) < 10 * 1024, `10 MiB are allowed on paid plans: ${printed}`);
});

/** Returns RGBA pixels that PNG compresses little. */
function noise(width: number, height: number): Pixels {
  const random = seededRandom(1);
  const data = Uint8Array.from({ length: width * height * 4 }, () => wholeBetween(random, 0, 24));
  return { data, width, height, channels: 4, reduction: 1 };
}

/** Parses the header `X-Memory`. */
function memoryOf({ headers }: Response): { peak: number; wasm: number; buffers: number } {
  const fields = (headers.get("x-memory") ?? "").split(", ").map((field) => field.split("="));
  const { peak, wasm, buffers } = Object.fromEntries(fields);
  return { peak: Number(peak), wasm: Number(wasm), buffers: Number(buffers) };
}

function assertSameDetections(found: DetectResult, expected: DetectResult): void {
  const labels = (result: DetectResult) => result.detections.map(({ label }) => label);
  assertEquals(labels(found), labels(expected));
  found.detections.forEach(({ score, box }, i) => {
    const other = expected.detections[i]!;
    assertAlmostEquals(score, other.score, 1e-4);
    for (const edge of ["xmin", "ymin", "xmax", "ymax"] as const) {
      assertAlmostEquals(box[edge], other.box[edge], 0.05);
    }
  });
}
