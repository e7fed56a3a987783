import { Buffer } from "node:buffer";
import { createDetector } from "../../src/detect/detector.ts";
import { parseManifest } from "../../src/manifest/manifest.ts";
import { comparable, type Golden } from "../../src/commands/eval_files/golden_file.ts";
import type { Feeds, Session, Tensor } from "../../src/ports/session.ts";
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
  const openSession = () => rememberedSession(graph);
  const detector = await createDetector({ ...runtime, models, openSession }, {
    model: "golden",
    engine: "wasm",
  });
  const image = await Deno.readFile(golden.image);
  const { detections } = await detector.detect(image, { scoreThreshold: golden.score });
  await detector.close();
  return goldenDifferences(detections.map(comparable), golden.detections, TOLERANCE);
}

/** Session of the graph that was used last. */
let last: { readonly graph: string; readonly session: Session } | undefined;

/**
 * Opens a session for a graph, or returns the session of the last call for the same graph.
 *
 * The goldens and the twins of a folder share one graph, and most twins also share the input of the
 * graph. Each graph is opened once, and runs once on each input.
 */
async function rememberedSession(graph: URL): Promise<Session> {
  if (last?.graph !== graph.href) {
    await last?.session.close();
    last = { graph: graph.href, session: await openGraph(graph) };
    runs.length = 0;
  }
  const { session } = last;
  return { ...session, run: (feeds) => runOnce(session, feeds), close: () => Promise.resolve() };
}

/** Runs of the graph that was used last. */
const runs: { readonly feeds: Feeds; readonly outputs: Readonly<Record<string, Tensor>> }[] = [];

async function runOnce(session: Session, feeds: Feeds): Promise<Record<string, Tensor>> {
  const known = runs.find((run) => areEqual(run.feeds, feeds));
  const outputs = known?.outputs ?? await session.run(feeds);
  if (known === undefined) runs.push({ feeds: structuredClone(feeds), outputs });
  // Copies, so that nothing that changes an output in place changes it for later calls.
  return structuredClone(outputs);
}

/** True if two runs have the same inputs, bit by bit. */
function areEqual(some: Feeds, others: Feeds): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(others).length && names.every((name) => {
    const [a, b] = [some[name]!, others[name]];
    return b !== undefined && a.type === b.type && `${a.shape}` === `${b.shape}` &&
      bytesOf(a.data).equals(bytesOf(b.data));
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBufferLike>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Opens a session for a graph. */
export async function openGraph(graph: URL): Promise<Session> {
  return await runtime.openSession({ bytes: await Deno.readFile(graph) }, "wasm");
}
