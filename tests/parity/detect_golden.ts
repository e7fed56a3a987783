import { createDetector } from "../../src/detect/detector.ts";
import { comparable, type Golden } from "../../src/commands/eval_files/golden_file.ts";
import type { Session } from "../../src/ports/session.ts";
import { goldenDifferences } from "../../src/eval/golden_differences.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const runtime = await hostRuntime({ threads: 1 });

/** Five times tighter on edges than a person would ask for, so that wrong twins show. */
const TOLERANCE = { score: 1e-4, box: 0.01 };

/** The whole way, from the image's bytes to boxes, held against the framework's. */
export async function differencesFrom(
  golden: Golden,
  manifest: unknown,
  graph: URL,
): Promise<string[]> {
  const models = {
    ...runtime.models,
    manifest: () => Promise.resolve(manifest),
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

/** The session of a graph alone. */
export async function openGraph(graph: URL): Promise<Session> {
  return await runtime.openSession(await Deno.readFile(graph), "wasm");
}
