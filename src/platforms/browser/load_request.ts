import type { SentModel } from "../../embed/sent_model.ts";
import type { BrowserAssets } from "./assets.ts";

/** First message from the page to its Web Worker. The message contains the model to load. */
export interface WebWorkerLoadRequest extends SentModel {
  /** URLs of the decoders and engines. The page derives these URLs from its option `assets`. */
  readonly assets: BrowserAssets;
  /** Number of CPU threads that run the model. Unset: one thread per core, at most 4. */
  readonly threads?: number | undefined;
}
