import type {
  EngineInfo,
  Feeds,
  GraphChoice,
  Provider,
  Tensor,
  TensorInfo,
} from "../ports/session.ts";
import type { ErrorMessage } from "./error_message.ts";

/**
 * Content of the message `open`: the graph to load, and options of the session. (A session is a
 * graph loaded in an engine.)
 */
export interface SessionRequest {
  /** ONNX graph, and variants of it for some engines. */
  readonly graph: GraphChoice;
  /**
   * Engine that runs the graph. If the value is `auto`, the first engine that works runs the graph.
   */
  readonly engine: Provider | "auto";
  /** Maximum number of CPU threads. Unset: the number of cores. */
  readonly threads?: number | undefined;
}

/** Message to a worker that runs a session. The first message is `open`, all others are `run`. */
export type SessionWorkerRequest =
  | { readonly kind: "open"; readonly open: SessionRequest }
  | { readonly kind: "run"; readonly feeds: Feeds };

/**
 * Message from a worker that runs a session. The response to `open` is `opened`, the response to
 * `run` is `outputs`. If `open` or `run` fails, the response is `failed`.
 */
export type SessionWorkerResponse =
  | {
    readonly kind: "opened";
    readonly engine: EngineInfo;
    readonly inputs: readonly TensorInfo[];
    readonly outputs: readonly TensorInfo[];
  }
  | { readonly kind: "outputs"; readonly outputs: Record<string, Tensor> }
  | { readonly kind: "failed"; readonly error: ErrorMessage };
