import { DomainError } from "../../core/domain_error.ts";
import type { DetectorOptions } from "../../detect/detector.ts";
import { readSentModel } from "../../embed/sent_model.ts";
import type { Deadlines } from "../../isolation/deadlines.ts";
import { workerDetector } from "../../isolation/worker_detector.ts";
import type { Detector } from "../../ports/detector.ts";
import type { ModelStore } from "../../ports/model_store.ts";
import type { BrowserAssets } from "./assets.ts";
import type { WebWorkerLoadRequest } from "./load_request.ts";

/** Options of {@linkcode startWebWorker}. */
export interface WebWorkerOptions extends DetectorOptions {
  /** URLs of the wasm files and of the script of the Web Worker. */
  readonly assets: BrowserAssets;
  /** Number of CPU threads that run the model. Unset: one thread per core, at most 4. */
  readonly threads?: number | undefined;
}

/**
 * Deadlines of one detection. A Web Worker that misses a deadline is considered hung and is
 * replaced. The deadlines are long, because phones can be slow.
 */
const DEADLINES: Deadlines = { decodeMs: 60_000, runMs: 300_000 };

/** Starts a detector in a Web Worker. The page fetches the model and sends it to the Web Worker. */
export async function startWebWorker(
  models: ModelStore,
  { assets, threads, ...options }: WebWorkerOptions,
): Promise<Detector> {
  const model = await readSentModel(models, options, ["webgpu", "wasm"]);
  const script = scriptOf(assets);
  try {
    const worker = new Worker(script, { type: "module" });
    const load: WebWorkerLoadRequest = { ...model, assets, threads };
    return await workerDetector(worker, load, DEADLINES);
  } catch (error) {
    const didNotStart = !(error instanceof DomainError) || error.code === "worker-crashed";
    throw didNotStart ? notStarted(assets.worker, error) : error;
  } finally {
    if (script !== assets.worker) URL.revokeObjectURL(script);
  }
}

/**
 * Returns the URL of a script that the page can start as a Web Worker.
 *
 * The script of a Web Worker must have the origin of the page. If the bundle has another origin,
 * for example a CDN, this function creates a `blob:` script that imports the real script.
 */
function scriptOf({ worker }: BrowserAssets): string {
  if (new URL(worker).origin === location.origin) return worker;
  const relay = `import ${JSON.stringify(worker)};`;
  return URL.createObjectURL(new Blob([relay], { type: "text/javascript" }));
}

function notStarted(script: string, cause: unknown): DomainError {
  return new DomainError(
    "engine-unavailable",
    `Cannot start a worker from ${script} as it failed. Does the file exist, and does the page's ` +
      "Content-Security-Policy allow it in worker-src? With { worker: false } the page needs none.",
    { cause },
  );
}
