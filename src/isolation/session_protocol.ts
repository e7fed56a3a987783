import type { InputTensor } from "../image/input_tensor.ts";
import type { EngineInfo, Provider, Tensor, TensorInfo } from "../ports/session.ts";
import type { ErrorMessage } from "./error_message.ts";

/** Graph to load in a worker. */
export interface SessionRequest {
  /** Bytes of the ONNX file. */
  readonly graph: Uint8Array;
  /** Engine to run on. */
  readonly engine: Provider | "auto";
  /** Maximum number of CPU threads. Unset: the number of cores. */
  readonly threads?: number | undefined;
}

/** Message to a session's worker. `open` comes first. The worker answers each before the next. */
export type SessionWorkerRequest =
  | { readonly kind: "open"; readonly open: SessionRequest }
  | { readonly kind: "run"; readonly feeds: Readonly<Record<string, InputTensor>> };

/** Answer of a session's worker: `opened` to `open`, `outputs` to `run`, or `failed` to either. */
export type SessionWorkerResponse =
  | {
    readonly kind: "opened";
    readonly engine: EngineInfo;
    readonly inputs: readonly TensorInfo[];
    readonly outputs: readonly TensorInfo[];
  }
  | { readonly kind: "outputs"; readonly outputs: Record<string, Tensor> }
  | { readonly kind: "failed"; readonly error: ErrorMessage };
