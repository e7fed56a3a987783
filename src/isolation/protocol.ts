import type { ImageLimits } from "../image/limits.ts";
import type { ErrorCode } from "../core/domain_error.ts";
import type { ImageInput } from "../image/raw_image.ts";
import type { DetectOptions, DetectResult, ModelInfo } from "../ports/detector.ts";
import type { EngineInfo, Provider } from "../ports/session.ts";

/** What a detector worker is told first. */
export interface LoadRequest {
  /** Id of the model in the runtime's store. */
  readonly model: string;
  /** URL of the folder of the models. */
  readonly folder: string;
  /** Engine to run on. */
  readonly engine: Provider | "auto";
  /** What an image may weigh. */
  readonly limits: ImageLimits;
  /** Most CPU threads; the number of cores where absent. */
  readonly threads?: number;
}

/** To the worker; `Load` is what it is told first. */
export type WorkerRequest<Load = LoadRequest> =
  | { readonly kind: "load"; readonly load: Load }
  | {
    readonly kind: "detect";
    readonly id: number;
    readonly image: ImageInput;
    readonly options: DetectOptions;
  };

/** An error that crossed between threads. */
export interface ErrorMessage {
  /** Its code, or null for one that nobody foresaw. */
  readonly code: ErrorCode | null;
  /** Its text. */
  readonly message: string;
  /** What lay behind it, for the log. */
  readonly cause?: string;
}

/** From the worker. */
export type WorkerResponse =
  | { readonly kind: "ready"; readonly model: ModelInfo; readonly engine: EngineInfo }
  | { readonly kind: "load-failed"; readonly error: ErrorMessage }
  | { readonly kind: "decoded"; readonly id: number }
  | { readonly kind: "result"; readonly id: number; readonly result: DetectResult }
  | { readonly kind: "detect-failed"; readonly id: number; readonly error: ErrorMessage };

/** As much of a Web Worker as a `workerDetector` needs, so that it may be a process too. */
export interface WorkerLike<Load = LoadRequest> {
  /** Called for each message of the worker. */
  onmessage: ((event: MessageEvent<WorkerResponse>) => void) | null;
  /** Called when it breaks down of itself. */
  onerror: ((event: ErrorEvent) => void) | null;
  /** Sends a message to it. */
  postMessage(request: WorkerRequest<Load>): void;
  /** Ends it. */
  terminate(): void;
}
