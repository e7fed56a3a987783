import type { LoadRequest } from "../../isolation/protocol.ts";
import type { GraphData } from "../../ports/session.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { BrowserAssets } from "./assets.ts";

/** First message from the page to its Web Worker. The message contains the model to load. */
export interface WebWorkerLoadRequest extends Pick<LoadRequest, "engine" | "limits"> {
  /** Manifest of the model. The page has already checked the manifest. */
  readonly manifest: Manifest;
  /** Bytes of the graph. The Web Worker checks them against the manifest. */
  readonly graph: Uint8Array;
  /** Files with weights of the graph. The Web Worker checks them, too. */
  readonly data: readonly GraphData[];
  /** URLs of the decoders and engines. The page derives them from its option `assets`. */
  readonly assets: BrowserAssets;
  /** Number of CPU threads that run the model. Unset: one thread per core, at most 4. */
  readonly threads?: number | undefined;
}
