import { Float16Array } from "@petamoriken/float16";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-common";
import { DomainError } from "../core/domain_error.ts";
import type { ExtraTensor } from "../image/extra_tensor.ts";
import type { InputTensor } from "../image/input_tensor.ts";
import type {
  EngineInfo,
  Feeds,
  GraphData,
  Session,
  Tensor,
  TensorInfo,
} from "../ports/session.ts";
import { serialQueue } from "./serial_queue.ts";

/** Element type of an input of a graph. */
export type FeedType = InputTensor["type"] | ExtraTensor["type"];
/** Values of an input tensor, in the array type that onnxruntime expects. */
export type EngineData = InputTensor["data"] | ExtraTensor["data"] | Uint16Array;

/**
 * Constructor `Tensor` of an onnxruntime package. A session accepts only tensors of the package
 * that created the session.
 */
export type OrtTensorConstructor = new (
  type: FeedType,
  data: EngineData,
  dims: readonly number[],
) => OrtTensor;

/**
 * Wraps a session (a loaded graph) of any onnxruntime package as a {@linkcode Session}.
 *
 * The wrapper queues concurrent runs, because onnxruntime does not promise that concurrent runs of
 * one session are safe.
 */
export function ortSession(
  session: InferenceSession,
  OrtTensor: OrtTensorConstructor,
  engine: EngineInfo,
): Session {
  const enqueue = serialQueue();
  // Outputs of other types are not asked for: onnxruntime-web throws an error for a sequence.
  const fetches = session.outputMetadata.filter((info) => info.isTensor && info.type in READERS)
    .map(({ name }) => name);
  return {
    engine,
    inputs: session.inputMetadata.map(infoOf),
    outputs: session.outputMetadata.map(infoOf),
    run: (feeds) => enqueue(() => run(session, OrtTensor, feeds, fetches)),
    close: () => enqueue(() => session.release()),
  };
}

/** Converts files with weights to the form that onnxruntime expects. */
export function externalDataOf(
  data: readonly GraphData[],
): NonNullable<InferenceSession.SessionOptions["externalData"]> {
  return data.map(({ file, bytes }) => ({ path: file, data: bytes }));
}

async function run(
  session: InferenceSession,
  OrtTensor: OrtTensorConstructor,
  feeds: Feeds,
  fetches: readonly string[],
): Promise<Record<string, Tensor>> {
  const inputs = mapValues(feeds, (tensor) => {
    return new OrtTensor(tensor.type, engineData(tensor), tensor.shape);
  });
  try {
    // onnxruntime refuses an empty list of outputs.
    return tensorsOf(
      await (fetches.length > 0 ? session.run(inputs, fetches) : session.run(inputs)),
    );
  } catch (error) {
    throw new DomainError(
      "inference-failed",
      "Cannot detect as the engine failed on this image",
      {
        cause: error,
      },
    );
  }
}

/**
 * Returns the numbers of a tensor in the array type that onnxruntime expects. For float16, the
 * array is a `Uint16Array` with the bits of the numbers, even in runtimes that have `Float16Array`.
 */
function engineData({ type, data }: InputTensor | ExtraTensor): EngineData {
  return type === "float16" ? new Uint16Array(Float16Array.from(data).buffer) : data;
}

/**
 * Converts the outputs of a run. Leaves out outputs of other types than those of `READERS`:
 * `checkGraph()` refuses a manifest that names one of them, so no model needs them.
 */
function tensorsOf(outputs: InferenceSession.OnnxValueMapType): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { type, data, dims }]) => {
      const read = READERS[type];
      return read === undefined ? [] : [[name, { data: read(data), shape: dims }]];
    }),
  );
}

/** Functions that convert an output to float32. The key is the element type of the output. */
const READERS: Partial<Record<OrtTensor.Type, (data: OrtTensor["data"]) => Float32Array>> = {
  float32: (data) => data as Float32Array,
  float16: (data) => {
    const { buffer, byteOffset, length } = data as Uint16Array<ArrayBuffer>;
    return Float32Array.from(new Float16Array(buffer, byteOffset, length));
  },
  // Integers are class ids or counts of boxes. float32 represents integers up to 2^24 exactly.
  int64: (data) => Float32Array.from(data as BigInt64Array, Number),
  int32: (data) => Float32Array.from(data as Int32Array),
};

/** Converts onnxruntime's description of an input or output to {@linkcode TensorInfo}. */
export function infoOf(info: InferenceSession.ValueMetadata): TensorInfo {
  return info.isTensor
    ? { name: info.name, type: info.type, shape: info.shape.map(sideOf) }
    : { name: info.name, type: "not a tensor", shape: [] };
}

/**
 * Length that onnxruntime-web reports for an axis of variable length without a name: -1 as an
 * unsigned 32-bit number. onnxruntime-node reports -1.
 */
const UNNAMED = 2 ** 32 - 1;

function sideOf(side: number | string): number | string | null {
  return side === UNNAMED || side === -1 ? null : side;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
