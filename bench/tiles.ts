import { parseArgs } from "node:util";
import type { CocoAnnotation, CocoDataset, CocoImage, CocoResult } from "../src/eval/coco.ts";
import { evaluate } from "../src/eval/evaluate.ts";
import { cocoResults } from "../src/commands/eval_files/coco_results.ts";
import { readDataset } from "../src/commands/eval_files/coco_files.ts";
import { detectorOf } from "../src/detect/detector.ts";
import { loadModel } from "../src/detect/load_model.ts";
import { readHeader } from "../src/image/formats/read_header.ts";
import { DEFAULT_IMAGE_LIMITS } from "../src/image/limits.ts";
import type { RawImage } from "../src/image/raw_image.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";
import type { DetectOptions } from "../src/ports/detector.ts";
import type { Session, Tensor } from "../src/ports/session.ts";

// Measures the AP of a model on large photos, with and without tiles:
//
//     deno run -A --lock=tests/deno.lock bench/tiles.ts --data ../shared/data/everyday8
//
// A large photo is a grid of photos of the data set, which are never scaled. Only the number of
// pixels that the model sees of each photo changes.

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    model: { type: "string", default: "everyday8" },
    photos: { type: "string", default: "16" },
    arrange: { type: "string", default: "4x3" },
    tiles: { type: "string", default: "auto" },
    overlap: { type: "string" },
  },
});

/** Side of the square that each photo of the data set takes, pixels. The photos have at most 448. */
const CELL = 448;

/** Distance of the photos that are taken from the data set, which is sorted by its sources. */
const STEP = 4;

/** Grey of the places that a photo leaves empty. */
const GREY = 128;

/** Score threshold, as in the command `eval`. */
const SCORE = 0.05;

/** Large photos with their ground truth. */
interface LargePhotos {
  readonly truth: CocoDataset;
  readonly photos: ReadonlyMap<number, () => Promise<RawImage>>;
}

/** Arranges photos of a data set in grids. */
function arrange(data: CocoDataset, folder: string, columns: number, rows: number): LargePhotos {
  const count = Number(values.photos);
  const each = columns * rows;
  const chosen = data.images.filter((_, i) => i % STEP === 0).slice(0, count * each);
  const images: CocoImage[] = [];
  const annotations: CocoAnnotation[] = [];
  const photos = new Map<number, () => Promise<RawImage>>();
  for (let first = 0; first + each <= chosen.length; first += each) {
    const id = images.length + 1;
    const parts = chosen.slice(first, first + each).map((image, i) => ({
      ...{ image, left: (i % columns) * CELL, top: Math.floor(i / columns) * CELL },
    }));
    images.push({ id, file_name: `${id}`, width: columns * CELL, height: rows * CELL });
    photos.set(id, () => compose(parts, folder, columns, rows));
    for (const { image, left, top } of parts) {
      for (const annotation of data.annotations.filter(({ image_id }) => image_id === image.id)) {
        const [x, y, width, height] = annotation.bbox;
        const bbox = [x + left, y + top, width, height] as const;
        annotations.push({ ...annotation, id: annotations.length + 1, image_id: id, bbox });
      }
    }
  }
  return { truth: { images, annotations, categories: data.categories }, photos };
}

/** Decodes photos and copies them to their places. */
async function compose(
  parts: readonly { readonly image: CocoImage; readonly left: number; readonly top: number }[],
  folder: string,
  columns: number,
  rows: number,
): Promise<RawImage> {
  const [width, height] = [columns * CELL, rows * CELL];
  const data = new Uint8Array(width * height * 3).fill(GREY);
  for (const { image, left, top } of parts) {
    const bytes = await Deno.readFile(`${folder}/${image.file_name}`);
    const header = readHeader(bytes);
    const pixels = runtime.codec.decode(bytes, header, header);
    for (let y = 0; y < Math.min(CELL, pixels.height); y++) {
      for (let x = 0; x < Math.min(CELL, pixels.width); x++) {
        const from = (y * pixels.width + x) * pixels.channels;
        const to = ((top + y) * width + left + x) * 3;
        const [green, blue] = pixels.channels === 1 ? [0, 0] : [1, 2];
        data[to] = pixels.data[from]!;
        data[to + 1] = pixels.data[from + green]!;
        data[to + 2] = pixels.data[from + blue]!;
      }
    }
  }
  return { data, width, height };
}

/**
 * Session that keeps the outputs of each run of an image, and returns them again for the same view.
 * Two ways to merge the same tiles then take one run for each tile.
 */
class RememberingSession implements Session {
  readonly engine: Session["engine"];
  readonly inputs: Session["inputs"];
  readonly outputs: Session["outputs"];
  runs = 0;
  readonly #session: Session;
  readonly #seen = new Map<string, Record<string, Tensor>>();

  constructor(session: Session) {
    this.#session = session;
    this.engine = session.engine;
    this.inputs = session.inputs;
    this.outputs = session.outputs;
  }

  async run(feeds: Parameters<Session["run"]>[0]): Promise<Record<string, Tensor>> {
    const inputs = Object.values(feeds).map(({ data }) => new Uint8Array(data.buffer));
    const digests = inputs.map((bytes) => crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
    const key = (await Promise.all(digests)).map((each) => new Uint8Array(each).toHex()).join();
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.runs++;
    const outputs = await this.#session.run(feeds);
    this.#seen.set(key, outputs);
    return outputs;
  }

  forget(): void {
    this.#seen.clear();
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

const { data: folder, model, tiles, overlap } = values;
if (folder === undefined) throw new TypeError("Cannot measure without --data DIR");
const [columns = NaN, rows = NaN] = values.arrange.split("x").map(Number);
const runtime = await hostRuntime({ threads: 1 });
const loaded = await loadModel(runtime, model, "wasm");
const session = new RememberingSession(loaded.session);
const limits = { ...DEFAULT_IMAGE_LIMITS, maxTiles: 64 };
const detector = detectorOf(runtime, { ...loaded, session }, limits);
const data = await readDataset(`${folder}/val.json`);
const { truth, photos } = arrange(data, `${folder}/images/val`, columns, rows);

const shared = overlap === undefined ? {} : { overlap: Number(overlap) };
const WAYS: readonly (readonly [name: string, options: DetectOptions])[] = [
  ["no tiles", {}],
  [`${tiles}, nms`, { tiles, ...shared }],
  [`${tiles}, wbf`, { tiles, merge: "wbf", ...shared }],
  [`${tiles}, nms, without the whole image`, { tiles, whole: false, ...shared }],
  [`${tiles}, wbf, without the whole image`, { tiles, merge: "wbf", whole: false, ...shared }],
];
const results = new Map<string, CocoResult[]>(WAYS.map(([name]) => [name, []]));
const runs = new Map<string, number>();
const started = performance.now();
for (const image of truth.images) {
  const photo = await photos.get(image.id)!();
  for (const [name, options] of WAYS) {
    const { detections, tiles: grid } = await detector.detect(photo, {
      scoreThreshold: SCORE,
      ...options,
    });
    results.get(name)!.push(...cocoResults(image, truth.categories, detections));
    runs.set(name, grid?.views ?? 1);
  }
  session.forget();
  console.error(`${image.id} of ${truth.images.length} large photos`);
}
await detector.close();

const { provider } = detector.engine;
const size = `${columns * CELL}x${rows * CELL}`;
console.log(
  `${model} on ${provider}: ${truth.images.length} photos of ${size}, ` +
    `${truth.annotations.length} objects, ${Math.round((performance.now() - started) / 1000)} s`,
);
console.log("| tiles | runs per photo | AP | AP50 | AP small | AP medium | AP large |");
console.log("| --- | --: | --: | --: | --: | --: | --: |");
for (const [name] of WAYS) {
  const figures = evaluate(truth, results.get(name)!);
  const { ap, ap50, apSmall, apMedium, apLarge } = figures;
  const cells = [ap, ap50, apSmall, apMedium, apLarge].map((value) => value.toFixed(3));
  console.log(`| ${[name, runs.get(name), ...cells].join(" | ")} |`);
}
