import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import { DomainError } from "../../core/domain_error.ts";
import type { DetectorOptions } from "../../detect/detector.ts";
import type { Detector } from "../../ports/detector.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import type { BrowserAssets } from "./assets.ts";
import type { Deadlines } from "../../isolation/deadlines.ts";
import type { PageLoadRequest } from "./load_request.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";

/** What a page's worker is made of. */
export interface PageWorkerOptions extends DetectorOptions {
  /** Where the bundle's files lie. */
  readonly assets: BrowserAssets;
  /** Most CPU threads. */
  readonly threads?: number;
}

/**
 * A worker that is silent for so long counts as lost, and is replaced; a slow phone is done with
 * anything before that.
 */
const DEADLINES: Deadlines = { decodeMs: 60_000, runMs: 300_000 };

/** Starts a detector in a worker of the page, with a graph that the page itself has fetched. */
export async function startPageWorker(
  models: ModelStore,
  { model, engine = "auto", limits = DEFAULT_IMAGE_LIMITS, assets, threads }: PageWorkerOptions,
): Promise<Detector> {
  const manifest = await models.manifest(model);
  const graph = await models.graph(model, manifest.graph);
  const script = scriptOf(assets);
  try {
    const worker = new Worker(script, { type: "module" });
    const load: PageLoadRequest = { manifest, graph, assets, engine, limits, threads };
    return await workerDetector(worker, load, DEADLINES);
  } catch (error) {
    const didNotStart = !(error instanceof DomainError) || error.code === "worker-crashed";
    throw didNotStart ? notStarted(assets.worker, error) : error;
  } finally {
    if (script !== assets.worker) URL.revokeObjectURL(script);
  }
}

/** A worker's script must be of the page's own origin; what that imports need not be. */
function scriptOf({ worker }: BrowserAssets): string {
  if (new URL(worker).origin === location.origin) return worker;
  const relay = `import ${JSON.stringify(worker)};`;
  return URL.createObjectURL(new Blob([relay], { type: "text/javascript" }));
}

function notStarted(script: string, cause: unknown): DomainError {
  return new DomainError(
    "engine-unavailable",
    `Cannot start a worker from ${script} as it broke down. Is it there, and does the page's ` +
      "Content-Security-Policy allow it in worker-src? With { worker: false } the page does without.",
    { cause },
  );
}
