import { parseManifest } from "../../models/manifest.ts";
import { readOnnx } from "../../src/entry/planner/onnx_graph.ts";
import { type Needs, needsOf } from "../../src/entry/planner/predict.ts";
import type { SizedSubject } from "./subjects.ts";

/** What a subject needs, out of its files. */
export async function readNeeds({ id, folder, size }: SizedSubject): Promise<Needs> {
  const manifest = parseManifest(
    JSON.parse(await Deno.readTextFile(new URL(`${id}.json`, folder))),
  );
  const graph = await Deno.readFile(new URL(manifest.graph.file, folder));
  return needsOf(manifest, readOnnx(graph), size);
}
