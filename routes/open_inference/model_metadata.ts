import type { Manifest } from "../../src/manifest/manifest.ts";
import { OUTPUTS } from "./output_tensors.ts";

/** Each model is served in one version, which the graph's hash in `/models/{id}` tells apart. */
export const MODEL_VERSION = "1";

/** A tensor as the protocol describes it: a side of -1 varies. */
interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** What the protocol tells of a model. */
export interface ModelMetadata {
  /** Its id. */
  readonly name: string;
  /** The versions that are served. */
  readonly versions: readonly string[];
  /** What runs it, in the protocol's words. */
  readonly platform: string;
  /** What it takes. */
  readonly inputs: readonly TensorMetadata[];
  /** What it gives. */
  readonly outputs: readonly TensorMetadata[];
}

/** Describes a model; that `image` may be pixels in UINT8, too, the protocol has no way to say. */
export function modelMetadata({ id }: Manifest): ModelMetadata {
  return {
    name: id,
    versions: [MODEL_VERSION],
    platform: "onnx_onnxv1",
    inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
    outputs: OUTPUTS,
  };
}
