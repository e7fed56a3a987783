import type { ImageLimits } from "../image/limits.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Runtime } from "../ports/runtime.ts";
import type { EngineInfo, Session } from "../ports/session.ts";

/** Parts of a detector that stay the same for all of its calls. */
export interface DetectorParts {
  /** Manifest of the model. */
  readonly manifest: Manifest;
  /** Graph of the model, loaded in an engine. */
  readonly session: Session;
  /** Engine that runs the graph. */
  readonly engine: EngineInfo;
  /** Image decoders and limits of the platform. */
  readonly runtime: Runtime;
  /** Limits of an image. */
  readonly limits: ImageLimits;
}
