import type { Manifest } from "../../src/manifest/manifest.ts";
import { OUTPUTS } from "./output_tensors.ts";

/** Version of every model in the protocol. `/models/{id}` has the hash of the graph instead. */
export const MODEL_VERSION = "1";

/** Tensor in the form of the protocol; a side of -1 varies. */
export interface TensorMetadata {
  /** Name of the tensor. */
  readonly name: string;
  /** Data type, in the words of the protocol. */
  readonly datatype: string;
  /** Sides. */
  readonly shape: readonly number[];
}

/** Metadata of a model in the form of the protocol. */
export interface ModelMetadata {
  /** Model id. */
  readonly name: string;
  /** Versions that are served. */
  readonly versions: readonly string[];
  /** Framework and format, in the words of the protocol. */
  readonly platform: string;
  /** Input tensors. */
  readonly inputs: readonly TensorMetadata[];
  /** Output tensors. */
  readonly outputs: readonly TensorMetadata[];
}

/**
 * Describes a model. The protocol has no way to say that `image` also accepts pixels in UINT8.
 */
export function modelMetadata({ id }: Manifest): ModelMetadata {
  return {
    name: id,
    versions: [MODEL_VERSION],
    platform: "onnx_onnxv1",
    inputs: [{ name: "image", datatype: "BYTES", shape: [1] }],
    outputs: OUTPUTS,
  };
}
