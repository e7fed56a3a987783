import type { ImageLimits } from "../image/limits.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { CodecChoice } from "../ports/image_codec.ts";
import type { DetectOptions, DetectResult, ModelInfo, RunCost } from "../ports/detector.ts";
import type { VariantChoice } from "../ports/model_store.ts";
import type { EngineInfo, Provider } from "../ports/session.ts";
import type { DrawRequest } from "../ports/drawing.ts";
import type { ErrorMessage } from "./error_message.ts";

/** Web Worker or worker process, as the thread that started the worker sees it. */
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

/** Channel from a worker to the thread that started the worker. */
export interface PortLike<Request, Response> {
  /** Called with each message from the starting thread. */
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  /** Sends a message to the starting thread. */
  postMessage(response: Response): void;
}

/** Worker that runs a detector. */
export type WorkerLike<Load = LoadRequest> = MessageWorker<WorkerRequest<Load>, WorkerResponse>;

/**
 * Message to a worker that runs a detector. The first message is `load`; each further message is
 * `detect` (an image to process), `draw` (an image to draw on), or `cancel` (the request whose
 * result is no longer needed).
 */
export type WorkerRequest<Load = LoadRequest> =
  | { readonly kind: "load"; readonly load: Load }
  | {
    readonly kind: "detect";
    readonly id: number;
    readonly image: ImageInput;
    readonly options: DetectOptions;
  }
  | {
    readonly kind: "draw";
    readonly id: number;
    readonly image: ImageInput;
    readonly request: DrawRequest;
  }
  | { readonly kind: "cancel"; readonly id: number };

/** Content of the message `load`: the model to load, and options of the detector. */
export interface LoadRequest {
  /** Id of the model in the store of the runtime. */
  readonly model: string;
  /** URL of the folder that holds the models. */
  readonly folder: string;
  /** Engine that runs the model. With `auto`, the first engine that works. */
  readonly engine: Provider | "auto";
  /** Codec that decodes images. Unset: `auto`. */
  readonly codec?: CodecChoice | undefined;
  /** Choice between the graph and its variants. Unset: `auto`. */
  readonly variants?: VariantChoice | undefined;
  /** Limits of one image. */
  readonly limits: ImageLimits;
  /** Maximum number of CPU threads. Unset: the number of cores. */
  readonly threads?: number | undefined;
}

/**
 * Message from a worker that runs a detector.
 *
 * - Answer to `load`: `ready`, or `load-failed`.
 * - Answers to `detect`, with the `id` of the request: `decoded` once the input tensor is ready,
 *   then `result`. `detect-failed` can replace `decoded` or `result`. For an image in tiles, the
 *   worker sends `decoded` for each tile, and `paused` between two tiles.
 * - Answer to `draw`: `drawn` with the encoded image `image`, or `detect-failed`.
 *
 * `elements` is the number of elements in the input tensor. `warmUp` is the time of the first run
 * of the model, which is a part of loading. `canDraw` is true if the worker accepts `draw`.
 */
export type WorkerResponse =
  | {
    readonly kind: "ready";
    readonly model: ModelInfo;
    readonly engine: EngineInfo;
    readonly warmUp?: RunCost | undefined;
    readonly canDraw?: boolean | undefined;
  }
  | { readonly kind: "load-failed"; readonly error: ErrorMessage }
  | { readonly kind: "decoded"; readonly id: number; readonly elements: number }
  | { readonly kind: "paused"; readonly id: number }
  | { readonly kind: "result"; readonly id: number; readonly result: DetectResult }
  | {
    readonly kind: "drawn";
    readonly id: number;
    readonly image: Uint8Array;
    readonly ms: number;
  }
  | { readonly kind: "detect-failed"; readonly id: number; readonly error: ErrorMessage };
