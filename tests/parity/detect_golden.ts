import { createDetector } from "../../src/detect/detector.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { comparable, type Golden } from "../../src/commands/eval_files/golden_file.ts";
import type { Session } from "../../src/ports/session.ts";
import { goldenDifferences } from "../../src/eval/golden_differences.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const runtime = await hostRuntime({ threads: 1 });

/** Tolerance of scores and of edges, in source pixels: tight enough to notice every wrong twin. */
const TOLERANCE = { score: 1e-4, box: 0.01 };

/**
 * Detects in the image of a golden and compares the detections with the golden's.
 *
 * @param manifest JSON of the manifest.
 * @returns One text per difference.
 */
export async function differencesFrom(
  golden: Golden,
  manifest: unknown,
  graph: URL,
): Promise<string[]> {
  const models = {
    ...runtime.models,
    manifest: () => Promise.try(() => parseManifest(manifest)),
    graph: () => Deno.readFile(graph),
  };
  const detector = await createDetector({ ...runtime, models }, {
    model: "golden",
    engine: "wasm",
  });
  const image = await Deno.readFile(golden.image);
  const { detections } = await detector.detect(image, { scoreThreshold: golden.score });
  await detector.close();
  return goldenDifferences(detections.map(comparable), golden.detections, TOLERANCE);
}

/** Opens a session for a graph. */
export async function openGraph(graph: URL): Promise<Session> {
  return await runtime.openSession({ bytes: await Deno.readFile(graph) }, "wasm");
}
