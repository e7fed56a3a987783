import { moveWeights } from "../planner/external_weights.ts";
import { sha256 } from "../../src/manifest/sha256.ts";

/** Golden folder of the model. Its weights are random, so that other weights give other boxes. */
export const GOLDENS = new URL("../parity/goldens/own-anchors/", import.meta.url);

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
