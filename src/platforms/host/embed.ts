import { checkCount } from "../../embed/limits.ts";
import type { EmbedOptions } from "../../embed/options.ts";
import { type EmbeddedDetector, openEmbedded } from "../../embed/detector.ts";

export * from "../../embed/api.ts";

/** What a detector is made of in Deno, Node and Bun. */
export interface HostEmbedOptions extends EmbedOptions {
  /** Most CPU threads; the number of cores where absent. */
  readonly threads?: number;
}

/**
 * A detector inside a program of Deno, Node or Bun.
 *
 * Nothing is loaded before the first call: importing this runs no engine and reads no file. Images
 * are decoded on the thread that calls `detect`.
 *
 * @throws {DomainError} If there is no such model; if its manifest, graph or engine does not do.
 * @throws The signal's reason, once it is aborted.
 *
 * @example
 * ```ts
 * import { createDetector } from "./embed.ts";
 *
 * await using detector = await createDetector({ model: "everyday8", threads: 1 });
 * const pixels = { data: new Uint8Array(3 * 64 * 64).fill(255), width: 64, height: 64 };
 * const { detections } = await detector.detect(pixels, { scoreThreshold: 0.9 });
 * if (detections.length > 0) throw new Error("a white square is nothing");
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
