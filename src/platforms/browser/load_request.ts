import type { Manifest } from "../../manifest/manifest.ts";
import type { BrowserAssets } from "./assets.ts";
import type { LoadRequest } from "../../isolation/protocol.ts";

/** What a page tells the worker that looks at images for it. */
export interface PageLoadRequest extends Pick<LoadRequest, "engine" | "limits"> {
  /** Manifest of the model, checked by the page. */
  readonly manifest: Manifest;
  /** Bytes of the graph, not yet checked against the manifest. */
  readonly graph: Uint8Array;
  /** Where the bundle's files lie; the worker may have been moved away from them. */
  readonly assets: BrowserAssets;
  /** Most CPU threads; as the runtime thinks best where absent. */
  readonly threads?: number;
}
