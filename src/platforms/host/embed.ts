import { type EmbeddedDetector, openEmbedded } from "../../embed/detector.ts";
import { checkCount } from "../../embed/limits.ts";
import type { EmbedOptions } from "../../embed/options.ts";

export * from "../../embed/api.ts";

/** Options of a detector in Deno, Node or Bun. */
export interface HostEmbedOptions extends EmbedOptions {
  /** CPU threads that run the model. Unset: one per core. */
  readonly threads?: number | undefined;
}

/**
 * Creates a detector that runs inside a program of Deno, Node or Bun, without a server.
 *
 * The import of this module does not read files or start an engine. The first call of this function
 * does both. Images are decoded on the thread that calls `detect()`.
 *
 * @throws {DomainError} If the model is unknown, if its manifest or graph is wrong, or if no engine
 *   can run the graph.
 * @throws The reason of `signal`, if the signal is aborted.
 *
 * @example
 * ```ts
 * import { createDetector } from "./embed.ts";
 *
 * await using detector = await createDetector({ model: "everyday8", threads: 1 });
 * const pixels = { data: new Uint8Array(3 * 64 * 64).fill(255), width: 64, height: 64 };
 * const { detections } = await detector.detect(pixels, { scoreThreshold: 0.9 });
 * if (detections.length > 0) throw new Error("a white square has no objects");
 * ```
 */
export async function createDetector(options: HostEmbedOptions): Promise<EmbeddedDetector> {
  const { threads, signal } = options;
  signal?.throwIfAborted();
  if (threads !== undefined) checkCount("threads", threads, 1);
  const { hostRuntime } = await import("./runtime.ts");
  const { readUrl } = await import("./read_url.ts");
  const runtime = await hostRuntime({ threads });
  return await openEmbedded({ runtime, readFile: readUrl }, options);
}
