import type { ImageLimits } from "../image/limits.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectOptions, DetectResult, ModelInfo, RunCost } from "../ports/detector.ts";
import type { EngineInfo, Provider } from "../ports/session.ts";
import type { ErrorMessage } from "./error_message.ts";

/** Web Worker or worker process, as seen by the thread that starts it. */
export interface MessageWorker<Request, Response> {
  /** Called with each message from the worker. */
  onmessage: ((event: MessageEvent<Response>) => void) | null;
  /** Called when the worker crashes. */
  onerror: ((event: ErrorEvent) => void) | null;
  /** Sends a message to the worker. */
  postMessage(request: Request): void;
  /** Kills the worker. */
  terminate(): void;
}

/** Channel to the thread that started a worker, as seen by the worker. */
export interface PortLike<Request, Response> {
  /** Called with each message from that thread. */
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  /** Sends a message to that thread. */
  postMessage(response: Response): void;
}

/** Worker of a detector, which carries the messages below. */
export type WorkerLike<Load = LoadRequest> = MessageWorker<WorkerRequest<Load>, WorkerResponse>;

/** Message to the worker: the model to load, which comes first, or an image. */
export type WorkerRequest<Load = LoadRequest> =
  | { readonly kind: "load"; readonly load: Load }
  | {
    readonly kind: "detect";
    readonly id: number;
    readonly image: ImageInput;
    readonly options: DetectOptions;
  };

/** Model to load and the options of its detector. */
export interface LoadRequest {
  /** Id of the model in the store of the runtime. */
  readonly model: string;
  /** URL of the folder of models. */
  readonly folder: string;
  /** Engine to run on. */
  readonly engine: Provider | "auto";
  /** Limits of one image. */
  readonly limits: ImageLimits;
  /** Maximum number of CPU threads. Unset: the number of cores. */
  readonly threads?: number | undefined;
}

/**
 * Message from the worker.
 *
 * `ready` or `load-failed` answers `load`. `decoded` and then `result` answer `detect`, or
 * `detect-failed` at any time; `id` is that of the request. `elements` is the size of the input tensor.
 */
export type WorkerResponse =
  | {
    readonly kind: "ready";
    readonly model: ModelInfo;
    readonly engine: EngineInfo;
    readonly warmUp?: RunCost | undefined;
  }
  | { readonly kind: "load-failed"; readonly error: ErrorMessage }
  | { readonly kind: "decoded"; readonly id: number; readonly elements: number }
  | { readonly kind: "result"; readonly id: number; readonly result: DetectResult }
  | { readonly kind: "detect-failed"; readonly id: number; readonly error: ErrorMessage };
