import { basename } from "node:path";
import { assert, assertEquals } from "@std/assert";
import manifestJson from "../../models/fpnlite-coco.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { createApp } from "../../routes/app.ts";
import { createDetector } from "../../src/detect/detector.ts";
import { ModelRegistry } from "../../src/serving/model_registry.ts";
import { readDataset } from "../../src/commands/eval_files/coco_files.ts";
import { cocoResults } from "../../src/commands/eval_files/coco_results.ts";
import type { CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import { evaluate } from "../../src/eval/evaluate.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { differencesFrom } from "./detect_golden.ts";
import { missingShared, SHARED, testUnless } from "../testing.ts";
import { goldensIn, twinsIn, withProperty } from "./golden_folders.ts";

const GRAPH_PATH = "models/fpnlite-coco/ssd_mobilenet_v2_fpnlite_10_256_int8.onnx";
const GRAPH = new URL(GRAPH_PATH, SHARED);
const DATA = new URL("data/everyday8/", SHARED);

/** Number of COCO photos to evaluate: the first by name. */
const PHOTOS = 64;

/**
 * Average precision of the reference on the same photos, eight classes, score > 0.05.
 *
 * The reference is onnxruntime 1.32 for Python without optimisation, torch's bilinear resize, NumPy
 * decoding, torchvision's NMS and pycocotools. The graph is int8: with onnxruntime's own int8
 * kernels the same script gives an AP of 0.299.
 */
const REFERENCE = { ap: 0.2786, ap50: 0.4461 };

testUnless(
  missingShared(GRAPH_PATH),
  "POST /detect with fpnlite-coco is as accurate on COCO photos as the reference",
  async () => {
    const truth = await firstPhotos();
    const app = await serveFpnlite();
    const results: CocoResult[] = [];
    for (const image of truth.images) {
      const body = await Deno.readFile(new URL(`images/val/${image.file_name}`, DATA));
      const response = await app.request("/detect", { method: "POST", body });
      assertEquals(response.status, 200);
      const { detections } = await response.json();
      results.push(...cocoResults(image, truth.categories, detections));
    }
    const { ap, ap50 } = evaluate(truth, results);
    // int8 kernels and the order of equal scores, which have steps of 1/256, move AP by 0.02.
    assert(Math.abs(ap - REFERENCE.ap) < 0.03, `AP ${ap}`);
    assert(Math.abs(ap50 - REFERENCE.ap50) < 0.03, `AP50 ${ap50}`);
  },
);

const FOLDER = new URL("goldens/fpnlite-coco/", import.meta.url);

for (const golden of await goldensIn(FOLDER)) {
  const image = basename(golden.image);
  testUnless(
    missingShared(GRAPH_PATH),
    `createDetector() equals ${golden.framework} on fpnlite-coco/${image}`,
    async () => {
      assertEquals(await differencesFrom(golden, manifestJson, GRAPH), []);
      for (const { claim, ...change } of await twinsIn(FOLDER)) {
        const differences = await differencesFrom(
          golden,
          withProperty(manifestJson, change),
          GRAPH,
        );
        assert(differences.length > 0, `${image} does not notice ${claim}`);
      }
    },
  );
}

/** Creates an app that serves the model. */
async function serveFpnlite() {
  const runtime = await hostRuntime({ threads: 1 });
  const manifest = parseManifest(manifestJson);
  const models = {
    ...runtime.models,
    manifest: () => Promise.resolve(manifest),
    graph: () => Deno.readFile(GRAPH),
  };
  const registry = new ModelRegistry({
    manifests: [manifest],
    atStart: ["fpnlite-coco"],
    load: (model) => createDetector({ ...runtime, models }, { model, engine: "wasm" }),
  });
  await registry.started;
  return createApp({ registry, maxBytes: 2e7, log: console.error });
}

/** Reads the first COCO photos of the data set and their annotations. */
async function firstPhotos(): Promise<CocoDataset> {
  const truth = await readDataset(new URL("val.json", DATA).pathname);
  const coco = truth.images.filter(({ file_name }) => file_name.startsWith("coco_"));
  const images = coco.toSorted((a, b) => a.file_name < b.file_name ? -1 : 1).slice(0, PHOTOS);
  const ids = new Set(images.map(({ id }) => id));
  const annotations = truth.annotations.filter(({ image_id }) => ids.has(image_id));
  return { ...truth, images, annotations };
}
