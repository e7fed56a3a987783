import { parseManifest } from "../../src/manifest/manifest.ts";
import { readOnnx } from "../../src/planner/read_onnx.ts";
import { type Needs, needsOf } from "../../src/planner/predict.ts";
import type { SizedSubject } from "./subjects.ts";

/** What a subject needs, out of its files. */
export async function readNeeds({ id, folder, size }: SizedSubject): Promise<Needs> {
  const manifest = parseManifest(
    JSON.parse(await Deno.readTextFile(new URL(`${id}.json`, folder))),
  );
  const graph = await Deno.readFile(new URL(manifest.graph.file, folder));
  return needsOf(manifest, readOnnx(graph), size);
}
