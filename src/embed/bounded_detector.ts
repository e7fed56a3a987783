import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";

/**
 * Returns a detector that refuses images beyond a number of calls in progress, since each call holds
 * its image and its tensor.
 *
 * @param maxCalls Maximum number of calls in progress.
 */
export function boundedDetector(detector: Detector, maxCalls: number): Detector {
  let calls = 0;
  return {
    model: detector.model,
    engine: detector.engine,
    ...detector.brokenDown && { brokenDown: detector.brokenDown },
    unreadiness: () => detector.unreadiness?.() ?? null,
    async detect(image, options, call) {
      if (calls >= maxCalls) {
        throw new DomainError(
          "busy",
          `Cannot take the image as at most ${maxCalls} may be in progress: try again in a moment`,
        );
      }
      calls++;
      try {
        return await detector.detect(image, options, call);
      } finally {
        calls--;
      }
    },
    close: () => detector.close(),
  };
}
