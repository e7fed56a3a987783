import type { Manifest } from "../../src/manifest/manifest.ts";
import { OUTPUTS } from "./output_tensors.ts";

/**
 * Version of every model. The Open Inference Protocol requires a version, but the models of this
 * server have none. To identify a model exactly, use the hash of its graph in `/models/{id}`.
 */
export const MODEL_VERSION = "1";

/** Description of a tensor, as the Open Inference Protocol defines it. */
export interface TensorMetadata {
  /** Name of the tensor. */
  readonly name: string;
  /** Element type, by its name in the Open Inference Protocol, for example "FP32". */
  readonly datatype: string;
  /** Size of each dimension. -1: the size is not fixed. */
  readonly shape: readonly number[];
}

/** Metadata of a model, as the Open Inference Protocol defines it. */
export interface ModelMetadata {
  /** Model id. */
  readonly name: string;
  /** Versions of the model that the server has. */
  readonly versions: readonly string[];
  /** Framework and file format of the model, by their name in the Open Inference Protocol. */
  readonly platform: string;
  /** Input tensors. */
  readonly inputs: readonly TensorMetadata[];
  /** Output tensors. */
  readonly outputs: readonly TensorMetadata[];
}

/**
 * Returns the metadata of a model.
 *
 * The input `image` accepts image files (BYTES) and pixels (UINT8 and FP32). The metadata lists only
 * BYTES, because the Open Inference Protocol allows one data type per input.
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

/** Description of a tensor in the configuration of a model. */
export interface TensorConfig {
  /** Name of the tensor. */
  readonly name: string;
  /** Element type, by its name in NVIDIA Triton, for example "TYPE_FP32". */
  readonly data_type: string;
  /** Size of each dimension. -1: the size is not fixed. */
  readonly dims: readonly number[];
}

/** Configuration of a model, as the model configuration extension of NVIDIA Triton defines it. */
export interface ModelConfig {
  /** Model id. */
  readonly name: string;
  /** Framework and file format of the model. */
  readonly platform: string;
  /** Name of the program that runs the model. */
  readonly backend: string;
  /**
   * Maximum number of images in a batch, as NVIDIA Triton defines it. 0: the tensors have no batch
   * dimension.
   */
  readonly max_batch_size: 0;
  /** Input tensors. */
  readonly input: readonly TensorConfig[];
  /** Output tensors. */
  readonly output: readonly TensorConfig[];
}

/**
 * Returns the configuration of a model, which lists the same tensors as the metadata of the model.
 */
export function modelConfig(manifest: Manifest): ModelConfig {
  const { name, platform, inputs, outputs } = modelMetadata(manifest);
  const config = ({ name, datatype, shape }: TensorMetadata) => ({
    name,
    data_type: datatype === "BYTES" ? "TYPE_STRING" : `TYPE_${datatype}`,
    dims: shape,
  });
  return {
    name,
    platform,
    backend: "onnxruntime",
    max_batch_size: 0,
    input: inputs.map(config),
    output: outputs.map(config),
  };
}
