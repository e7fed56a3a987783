import type { InferenceSession, Tensor as OrtTensor, TypedTensor } from "onnxruntime-common";
import { DomainError } from "../core/domain_error.ts";
import type { EngineInfo, Session, Tensor, TensorInfo } from "../ports/session.ts";
import { serialQueue } from "./serial_queue.ts";

/** The `Tensor` constructor of the onnxruntime package that made the session. */
export type OrtTensorConstructor = new (
  type: "float32",
  data: Float32Array,
  dims: readonly number[],
) => TypedTensor<"float32">;

/**
 * An onnxruntime session, of whichever package, as the port.
 *
 * onnxruntime does not promise that concurrent runs of one session are safe, so they queue.
 */
export function ortSession(
  session: InferenceSession,
  OrtTensor: OrtTensorConstructor,
  engine: EngineInfo,
): Session {
  const enqueue = serialQueue();
  return {
    engine,
    inputs: session.inputMetadata.map(infoOf),
    outputs: session.outputMetadata.map(infoOf),
    run: (feeds) => enqueue(() => run(session, OrtTensor, feeds)),
    close: () => enqueue(() => session.release()),
  };
}

async function run(
  session: InferenceSession,
  OrtTensor: OrtTensorConstructor,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Record<string, Tensor>> {
  const inputs = mapValues(feeds, ({ data, shape }) => new OrtTensor("float32", data, shape));
  try {
    return mapValues(await session.run(inputs), tensorOf);
  } catch (error) {
    throw new DomainError(
      "inference-failed",
      "Cannot detect as the engine failed on this picture",
      {
        cause: error,
      },
    );
  }
}

function tensorOf(tensor: OrtTensor): Tensor {
  if (tensor.type !== "float32") throw new TypeError(`Output is ${tensor.type}, not float32`);
  return { data: tensor.data as Float32Array, shape: tensor.dims };
}

function infoOf(info: InferenceSession.ValueMetadata): TensorInfo {
  return info.isTensor
    ? { name: info.name, type: info.type, shape: info.shape }
    : { name: info.name, type: "not a tensor", shape: [] };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
