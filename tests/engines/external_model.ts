import { assert } from "@std/assert";
import { readGolden } from "../../src/commands/eval_files/golden_file.ts";
import type { Detection } from "../../src/ports/detector.ts";
import { moveWeights } from "../planner/external_weights.ts";
import { sha256 } from "../../src/manifest/sha256.ts";

/** Golden folder of the model. Its weights are random, so that other weights give other boxes. */
const GOLDENS = new URL("../parity/goldens/own-anchors/", import.meta.url);

/** Image whose detections {@linkcode assertGoldenDetections} knows. */
export const GOLDEN_IMAGE = new URL("97x61.png", GOLDENS);

const WEIGHTS = "model.onnx.data";

/**
 * Writes the model `own`, whose weights are in a second file, to a new folder.
 *
 * @returns URL of the folder.
 */
export async function folderWithWeights(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const { graph, data } = moveWeights(
    await Deno.readFile(new URL("model.onnx", GOLDENS)),
    WEIGHTS,
  );
  if (data.length < graph.length) throw new Error("most bytes stay in the graph");
  const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", GOLDENS)));
  const pinned = async (bytes: Uint8Array) => {
    return { sha256: await sha256(bytes), bytes: bytes.length };
  };
  manifest.graph = {
    file: "model.onnx",
    ...await pinned(graph),
    data: [{ file: WEIGHTS, ...await pinned(data) }],
  };
  await Deno.writeTextFile(`${folder}/own.json`, JSON.stringify(manifest));
  await Deno.writeFile(`${folder}/model.onnx`, graph);
  await Deno.writeFile(`${folder}/${WEIGHTS}`, data);
  return new URL(`file://${folder}/`).href;
}

/** Asserts that the 20 best detections of the framework itself are among those of the model. */
export async function assertGoldenDetections(detections: readonly Detection[]): Promise<void> {
  const golden = await readGolden(new URL("97x61.json", GOLDENS).pathname);
  for (const { classId, score, box } of golden.detections.slice(0, 20)) {
    const isFound = detections.some((found) => {
      const edges = [found.box.xmin, found.box.ymin, found.box.xmax, found.box.ymax];
      return found.classId === classId && Math.abs(found.score - score) < 1e-3 &&
        edges.every((edge, i) => Math.abs(edge - box[i]!) < 0.1);
    });
    assert(isFound, `class ${classId} is not found at ${box.join(", ")}`);
  }
}
