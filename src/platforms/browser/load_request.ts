import type { BrowserAssets } from "./assets.ts";
import type { LoadRequest } from "../../isolation/protocol.ts";

/** What a page tells the worker that looks at images for it. */
export interface PageLoadRequest extends Pick<LoadRequest, "engine" | "limits"> {
  /** The parsed JSON of the model's manifest, not yet checked. */
  readonly manifest: unknown;
  /** The bytes of its graph, not yet checked. */
  readonly graph: Uint8Array;
  /** Where the bundle's files lie; the worker may have been moved away from them. */
  readonly assets: BrowserAssets;
  /** Most CPU threads; as the runtime thinks best where absent. */
  readonly threads?: number;
}
