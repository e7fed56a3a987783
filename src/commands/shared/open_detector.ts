import { parseTiles } from "../../core/tile_options.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import { DomainError } from "../../core/domain_error.ts";
import type { VariantChoice } from "../../ports/model_store.ts";
import type { Detector } from "../../ports/detector.ts";
import type { Provider } from "../../ports/session.ts";
import { modelsFolder } from "../../platforms/host/models_folder.ts";
import { startPool } from "../../platforms/host/start_pool.ts";
import { maxTilesOf } from "./tile_options.ts";

/**
 * Maximum milliseconds for each step of a worker process, long enough for slow machines. After this
 * time, the process counts as hung and is replaced.
 */
export const DEADLINES = { loadMs: 300_000, decodeMs: 60_000, runMs: 120_000 };

/** Model and engine of a detector. */
export interface DetectorChoice {
  /** Model id, or path of a manifest. */
  readonly model: string;
  /** Engine. `auto`: the first engine that works. */
  readonly engine: Provider | "auto";
  /** Choice between the graph and its variants. Unset: `auto`. */
  readonly variants?: VariantChoice | undefined;
  /** Tiles into which the images will be divided. Unset: no tiles. */
  readonly tiles?: string | undefined;
}

/**
 * Opens a detector in a worker process.
 *
 * A separate process is needed because an engine that hangs can only be stopped by killing its
 * process. If the run of an image times out, the run is retried once. A single timeout thus does
 * not stop an evaluation that takes hours.
 *
 * @param log Called each time the worker process is replaced, with the reason.
 */
export async function openDetector(
  { model, engine, variants, tiles }: DetectorChoice,
  log: (message: string) => void = console.error,
): Promise<Detector> {
  const limits = { ...DEFAULT_IMAGE_LIMITS, maxTiles: maxTilesOf(parseTiles(tiles)) };
  const pool = await startPool(
    { model, engine, variants, folder: modelsFolder(undefined).href, limits },
    { workers: 1, queue: 1, deadlines: DEADLINES, log },
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
  const { model: info, draw } = pool;
  return { model: info, engine: pool.engine, detect, draw, close: () => pool.close() };
}
