import { DomainError } from "../core/domain_error.ts";
import type { Detector } from "../ports/detector.ts";

/**
 * Returns a detector that works like `detector` but limits the number of calls in progress. Each
 * call keeps an image and a tensor in memory, so the limit bounds the memory.
 *
 * @param maxCalls Maximum number of calls in progress. Further calls reject with `busy`.
 */
export function boundedDetector(detector: Detector, maxCalls: number): Detector {
  let calls = 0;
  const bounded = async <Result>(call: () => Promise<Result>) => {
    if (calls >= maxCalls) {
      throw new DomainError(
        "busy",
        `Cannot take the image as at most ${maxCalls} may be in progress: try again in a moment`,
      );
    }
    calls++;
    try {
      return await call();
    } finally {
      calls--;
    }
  };
  const { draw } = detector;
  return {
    model: detector.model,
    engine: detector.engine,
    ...detector.brokenDown && { brokenDown: detector.brokenDown },
    unreadiness: () => detector.unreadiness?.() ?? null,
    detect: (image, options, call) => bounded(() => detector.detect(image, options, call)),
    draw: draw && ((image, request, call) => bounded(() => draw(image, request, call))),
    close: () => detector.close(),
  };
}
