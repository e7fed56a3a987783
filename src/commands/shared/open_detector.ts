import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import { DomainError } from "../../core/domain_error.ts";
import type { Detector } from "../../ports/detector.ts";
import type { Provider } from "../../ports/session.ts";
import { modelsFolder } from "../../platforms/host/models_folder.ts";
import { startPool } from "../../platforms/host/start_pool.ts";

/** Generous: an image that takes longer than that never comes to an end. */
const DEADLINES = { loadMs: 300_000, decodeMs: 60_000, runMs: 120_000 };

/**
 * A detector for command lines: in a process of its own, which can be ended, as the threads of the
 * WebAssembly engine now and then wait for each other for ever. An image that this befell is tried
 * once more, so that an evaluation of hours does not end with it.
 */
export async function openDetector(
  { model, engine }: { readonly model: string; readonly engine: Provider | "auto" },
): Promise<Detector> {
  const pool = await startPool(
    { model, engine, folder: modelsFolder(undefined).href, limits: DEFAULT_IMAGE_LIMITS },
    { workers: 1, queue: 1, deadlines: DEADLINES, log: (message) => console.error(message) },
  );
  const detect: Detector["detect"] = async (...call) => {
    try {
      return await pool.detect(...call);
    } catch (error) {
      if (error instanceof DomainError && error.code === "run-timeout") {
        return await pool.detect(...call);
      }
      throw error;
    }
  };
  return { model: pool.model, engine: pool.engine, detect, close: () => pool.close() };
}
