import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";
import { type Deadlines, NO_DEADLINES } from "./deadlines.ts";
import type { LoadRequest, WorkerLike } from "./protocol.ts";
import { WorkerChannel } from "./worker_channel.ts";

/**
 * Loads a detector in a worker. Decoding and inference then never block the calling thread.
 *
 * The worker is killed when an image misses a deadline, because a hung decoder or engine cannot be
 * stopped otherwise.
 *
 * @param worker Worker that runs `serveWorker()`. The returned detector kills the worker on
 *   `close()`.
 * @param load Model to load, and options of the detector.
 * @param deadlines Time limits for the worker. Unset: no limits.
 * @throws {DomainError} `model-not-ready`, if loading misses its deadline; otherwise the error of
 * the load.
 */
export async function workerDetector<Load = LoadRequest>(
  worker: WorkerLike<Load>,
  load: Load,
  deadlines: Deadlines = NO_DEADLINES,
): Promise<Detector> {
  const channel = new WorkerChannel(worker, deadlines);
  try {
    const { model, engine, canDraw } = await channel.load(load, deadlines.loadMs ?? Infinity);
    return {
      model,
      engine,
      brokenDown: channel.brokenDown,
      unreadiness: () => channel.slowness,
      detect: (image, options = {}, call = {}) => channel.detect(image, options, call),
      draw: canDraw ? (image, request) => channel.draw(image, request) : undefined,
      close: () => Promise.resolve(channel.close(closed("the detector was closed"))),
    };
  } catch (error) {
    channel.close(closed("its model could not be loaded"));
    throw error;
  }
}

function closed(why: string): DomainError {
  return new DomainError("model-not-ready", `Cannot detect as ${why}`);
}
