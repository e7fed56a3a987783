import type { Provider } from "../ports/session.ts";
import type { BrowserAssets } from "./browser_assets.ts";

/** What a page tells the worker that looks at pictures for it. */
export interface PageLoadRequest {
  /** The parsed JSON of the model's manifest, not yet checked. */
  readonly manifest: unknown;
  /** The bytes of its graph, not yet checked. */
  readonly graph: Uint8Array;
  /** Where the bundle's files lie; the worker may have been moved away from them. */
  readonly assets: BrowserAssets;
  /** Engine to run on. */
  readonly engine: Provider | "auto";
  /** What a picture may weigh. */
  readonly limits: {
    readonly maxBytes: number;
    readonly maxPixels: number;
    readonly maxDecodedBytes: number;
  };
  /** Most CPU threads; as the runtime thinks best where absent. */
  readonly threads?: number;
}
