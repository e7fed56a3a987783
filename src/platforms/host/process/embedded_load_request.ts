import type { SentModel } from "../../../embed/sent_model.ts";
import type { CodecChoice } from "../../../ports/image_codec.ts";

/** First message from a program to the worker process of its embedded detector. */
export interface EmbeddedLoadRequest extends SentModel {
  /** Number of CPU threads that run the model. Unset: one thread per core. */
  readonly threads?: number | undefined;
  /** Codec that decodes images. Unset: `auto`. */
  readonly codec?: CodecChoice | undefined;
}
