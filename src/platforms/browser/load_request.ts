import type { LoadRequest } from "../../isolation/protocol.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { BrowserAssets } from "./assets.ts";

/** First message of a page to its Web Worker: the model to load. */
export interface WebWorkerLoadRequest extends Pick<LoadRequest, "engine" | "limits"> {
  /** Manifest of the model, checked by the page. */
  readonly manifest: Manifest;
  /** Bytes of the graph, not yet checked against the manifest. */
  readonly graph: Uint8Array;
  /** URLs of the bundle's files. The script of the Web Worker may lie elsewhere. */
  readonly assets: BrowserAssets;
  /** CPU threads. Unset: the runtime decides. */
  readonly threads?: number | undefined;
}
