import { parseManifest } from "../../src/manifest/manifest.ts";
import type { Runtime } from "../../src/ports/runtime.ts";
import type { Session } from "../../src/ports/session.ts";

/** Contents of a runtime in memory. */
export interface Contents {
  readonly manifest: unknown;
  readonly graph: Uint8Array;
  readonly session: Session;
  readonly maxModelBytes?: number;
}

/** Returns a runtime that has one model for every id, and no codec. */
export function memoryRuntime(contents: Contents): Runtime {
  return {
    capabilities: {
      providers: [contents.session.engine.provider],
      threads: 1,
      maxPixels: 1e6,
      maxDecodedBytes: 1e7,
      maxModelBytes: contents.maxModelBytes ?? 1e6,
    },
    codec: {
      checkFormat() {},
      decode() {
        throw new Error("no image is decoded here");
      },
    },
    models: {
      manifest: () => Promise.try(() => parseManifest(contents.manifest)),
      graph: () => Promise.resolve(contents.graph),
      list: () => Promise.resolve(["small"]),
    },
    openSession: () => Promise.resolve(contents.session),
  };
}
