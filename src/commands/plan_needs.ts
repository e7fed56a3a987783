import { planViews } from "../core/plan_views.ts";
import type { Size } from "../core/size.ts";
import type { Tiling } from "../core/tile_options.ts";
import { inferOutputs } from "../engines/infer_outputs.ts";
import { startFault } from "../engines/start_fault.ts";
import { type GraphFile, manifestFor, readData } from "../manifest/graph_files.ts";
import { graphFault } from "../manifest/graph_fault.ts";
import { inputSides, type Needs, needsOf } from "../planner/predict.ts";
import { readOnnx } from "../planner/read_onnx.ts";
import { shapeProbe, tensorShapes } from "../planner/tensor_shapes.ts";
import { fileModelStore } from "../stores/file.ts";
import { maxTilesOf } from "./shared/tile_options.ts";

/**
 * Reads a model and computes the memory and the number of operations that it needs for an image on
 * the WebAssembly engine.
 *
 * @param model Model id, or path of a manifest.
 * @param folder URL of the folder of the models. Ends with a slash.
 * @param tiling Division of the image into tiles. Null: the model sees the image as a whole.
 * @throws {DomainError} If the model is missing or its manifest is invalid.
 * @throws {TypeError} If the graph is unreadable or is not the graph that the manifest describes.
 *   Also if the WebAssembly engine refuses the graph, because the plan estimates times of this
 *   engine.
 */
export async function readNeeds(
  model: string,
  folder: URL,
  image: Size,
  tiling: Tiling | null = null,
): Promise<Needs> {
  const store = fileModelStore(folder);
  const manifest = manifestFor(await store.manifest(model), "wasm");
  const { file } = manifest.graph;
  const read = async (wanted: GraphFile) => {
    const bytes = await store.graph(model, wanted);
    const fault = await graphFault(wanted, bytes);
    if (fault) throw new TypeError(`Cannot plan for ${wanted.file} as ${fault}`);
    return bytes;
  };
  const bytes = await read(manifest.graph);
  const data = await readData(manifest.graph, read);
  const { graph } = readOnnx(bytes, data);
  const { resize, pad } = manifest;
  const maxTiles = maxTilesOf(tiling?.grid ?? "auto");
  const views = tiling === null ? undefined : planViews(image, tiling, { resize, pad, maxTiles });
  const sides = inputSides(manifest, views?.tile ?? image);
  const probed = await inferOutputs(shapeProbe(bytes, sides, data)).catch((error: unknown) => {
    const { message } = error as Error;
    throw new TypeError(
      `Cannot plan for ${file} as the wasm engine refuses it: ${startFault(message)}`,
    );
  });
  const needs = needsOf(manifest, graph, tensorShapes(graph, sides, probed), image, views);
  if (Object.values(needs.work.macs).every((count) => count === 0)) {
    throw new TypeError(`Cannot plan for ${file} as the size of no operation is known`);
  }
  return needs;
}
