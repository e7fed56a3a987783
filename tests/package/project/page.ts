import { Hono } from "hono";
import {
  createApp,
  createDetector,
  type Detection,
  type DetectResult,
  DomainError,
  type RawImage,
} from "retinanet-edge";

const detector = await createDetector({
  model: new URL("https://models.example/street.json"),
  engine: "wasm",
  limits: { maxBytes: 5_000_000 },
});
const { signal } = new AbortController();
const options = { scoreThreshold: 0.5, iou: 0.5, max: 10, classes: ["cat"], signal };
const result: DetectResult = await detector.detect(new Blob([]), options);
const raw: RawImage = { data: new Uint8ClampedArray(4), width: 1, height: 1 };
await detector.detect(raw);
await detector.detect(new ArrayBuffer(1));
await detector.detect(new Uint8Array(1));
await detector.detect(new ReadableStream<Uint8Array>());
const [first]: readonly Detection[] = result.detections;
const { label, score, box: { xmin, ymin, xmax, ymax } } = first;
console.log(label.length, score + xmin + ymin + xmax + ymax, result.image.width);

try {
  await detector.close();
} catch (error) {
  if (error instanceof DomainError && error.code === "busy") console.log(error.message);
}

const app = new Hono().route("/vision", createApp({ detector, maxHeaders: 10 }));
const handler: (request: Request) => Response | Promise<Response> = app.fetch;
console.log(handler);

// @ts-expect-error a model is required
await createDetector({});
// @ts-expect-error a path is not an image
await detector.detect("cat.jpg");
