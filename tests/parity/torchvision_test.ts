import { assert, assertEquals } from "@std/assert";
import { createDetector } from "../../src/detect/detector.ts";
import type { Detection } from "../../src/ports/detector.ts";
import { denoRuntime } from "../../src/runtime/deno_runtime.ts";

/** One picture's detections as torchvision gave them; see make/torchvision_retinanet.py. */
interface Golden {
  readonly framework: string;
  readonly detections: readonly {
    readonly label: number;
    readonly score: number;
    /** xyxy, source pixels. */
    readonly box: readonly [number, number, number, number];
  }[];
}

type Json = Record<string, unknown>;

const FOLDER = new URL("goldens/torchvision/", import.meta.url);
const SIZES = ["640x480", "480x640", "333x500", "1000x300", "97x61"];
const SCORE_TOLERANCE = 1e-4;
/** Source pixels. Ten times tighter than a person would ask for: half a pixel of a corner that is not
 * rounded is 0.04 px of the smallest picture. */
const BOX_TOLERANCE = 0.005;
const runtime = await denoRuntime({ threads: 1 });
const MANIFEST = JSON.parse(await Deno.readTextFile(new URL("manifest.json", FOLDER)));

/** Each leaves one property as another exporter has it; every golden must notice. */
const WRONG_TWINS: [name: string, manifest: Json][] = [
  ["anchors not rounded", withAnchors({ rounding: "none" })],
  ["nominal strides", withAnchors({ strides: "nominal" })],
  ["centres in the middle of the cell", withAnchors({ centre: 0.5 })],
];

for (const size of SIZES) {
  Deno.test(`createDetector() equals torchvision 0.14 on ${size}.png`, async () => {
    const golden = await goldenOf(`${size}.json`);
    assert(golden.detections.length >= 20, "a golden that says little");
    assertEquals(differences(await detectionsOf(size, MANIFEST), golden), []);
  });

  for (const [name, manifest] of WRONG_TWINS) {
    Deno.test(`createDetector() with ${name} differs from torchvision on ${size}.png`, async () => {
      const found = await detectionsOf(size, manifest);
      assert(differences(found, await goldenOf(`${size}.json`)).length > 0);
    });
  }
}

function withAnchors(change: Json): Json {
  return { ...MANIFEST, anchors: { ...MANIFEST.anchors, ...change } };
}

async function goldenOf(file: string): Promise<Golden> {
  return JSON.parse(await Deno.readTextFile(new URL(file, FOLDER)));
}

/** The whole way, from PNG bytes to boxes in source pixels. */
async function detectionsOf(size: string, manifest: Json): Promise<readonly Detection[]> {
  const models = {
    manifest: () => Promise.resolve(manifest),
    graph: (_id: string, file: string) => Deno.readFile(new URL(file, FOLDER)),
  };
  const detector = await createDetector({ ...runtime, models }, {
    model: "golden",
    engine: "wasm",
  });
  const picture = await Deno.readFile(new URL(`${size}.png`, FOLDER));
  const { detections } = await detector.detect(picture);
  await detector.close();
  return detections;
}

/**
 * What tells two answers apart: their counts, and each golden detection that none of ours equals.
 * Each of ours stands for one golden detection only; the order of nearly equal scores is free.
 */
function differences(found: readonly Detection[], golden: Golden): string[] {
  const rest = new Set(found);
  const missing = golden.detections.filter((expected) => {
    const match = [...rest].find((detection) =>
      detection.classId === expected.label &&
      Math.abs(detection.score - expected.score) <= SCORE_TOLERANCE &&
      edgesOf(detection).every((edge, i) => Math.abs(edge - expected.box[i]) <= BOX_TOLERANCE)
    );
    return match === undefined || !rest.delete(match);
  });
  const counts = found.length === golden.detections.length
    ? []
    : [`${found.length} found, ${golden.detections.length} expected`];
  return [...counts, ...missing.map((expected) => `missing ${JSON.stringify(expected)}`)];
}

function edgesOf({ box }: Detection): number[] {
  return [box.xmin, box.ymin, box.xmax, box.ymax];
}
