import type { Hono } from "hono";
import { type ClientRequestOptions, hc } from "hono/client";
import type { Detection, DetectResult, ModelInfo, StageTimes } from "../src/ports/detector.ts";
import type { UploadJson } from "./detect/read_json.ts";
import type { PROBLEMS } from "./http/problem.ts";

/** Error of the server (RFC 9457). */
export interface Problem {
  /** Path of a description of the error code. */
  readonly type: string;
  /** Meaning of the error code in words. */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** Error message about this request: reason and remedy. */
  readonly detail: string;
  /** Error code, for example "no-image". Codes never change between versions. */
  readonly code: keyof typeof PROBLEMS;
  /** Id of the request, also in the log of the server. */
  readonly requestId: string;
}

/** Detected object in a response. */
export interface DetectedObject extends Detection {
  /**
   * Box as a list, in the order of the option `boxes`. Unset: the client did not set the option
   * `boxes`.
   */
  readonly bbox?: readonly number[] | undefined;
}

/** Detections in one image, as `POST /detect` responds with them. */
export interface DetectAnswer {
  /** Id of the model. */
  readonly model: string;
  /** Size of the upright image in pixels. */
  readonly image: DetectResult["image"];
  /** Detections, best score first. */
  readonly detections: readonly DetectedObject[];
  /** Engine that ran the model. */
  readonly engine: {
    /** Name of the engine: `webgpu`, `native` or `wasm`. */
    readonly provider: string;
    /** Number of CPU threads. */
    readonly threads: number;
    /**
     * Element type of most weights of the model, for example "float16". Unset: the type is unknown.
     */
    readonly precision?: string | undefined;
  };
  /** Duration of each stage, milliseconds. */
  readonly timing: StageTimes;
}

/** Models of the server, as `GET /models` responds with them. */
export interface ModelList {
  /** Id of the model that is used if a request names no model. */
  readonly default: string;
  /** Description and state of each model. */
  readonly models: readonly (ModelInfo & {
    /** State of the model. */
    readonly status: "idle" | "loading" | "ready" | "failed";
  })[];
}

/** Options of `POST /detect` as texts, in a form or in the query. */
export interface TextOptions {
  /** Score threshold, 0 to 1. Unset: the default of the model. */
  readonly score?: string;
  /** IoU threshold of NMS, 0 to 1. Unset: the default of the model. */
  readonly iou?: string;
  /** Maximum number of detections. Unset: the default of the model. */
  readonly max?: string;
  /** Labels of the classes to detect, with commas between them. Unset: all classes. */
  readonly classes?: string;
  /** Id of the model. Unset: the default model of the server. */
  readonly model?: string;
  /** Order of the four numbers in `bbox`. Unset: the response has no `bbox`. */
  readonly boxes?: "xyxy" | "xywh" | "cxcywh";
  /**
   * "true": box coordinates are fractions (0 to 1) of the width and height of the image. Unset: box
   * coordinates are pixels.
   */
  readonly normalized?: "true" | "false";
}

/** Route with its input, its answer and its error. */
export type Route<Input, Answer> =
  | { input: Input; output: Answer; outputFormat: "json"; status: 200 }
  | {
    input: Input;
    output: Problem;
    outputFormat: "json";
    status: 400 | 401 | 403 | 404 | 408 | 413 | 415 | 422 | 429 | 500 | 503;
  };

/** Input of `POST /detect`: a form or JSON, and options of the query. */
export interface DetectInput {
  /** Form with the image as a file. */
  readonly form?: TextOptions & { readonly image: Blob };
  /** JSON with the image in base64. */
  readonly json?: UploadJson;
  /** Options of the query. Options in the form or in JSON override the options of the query. */
  readonly query?: TextOptions;
}

/** Routes of the server, for `hc<Api>()` of Hono. */
export type Api = Hono<Record<never, never>, {
  "/detect": { $post: Route<DetectInput, DetectAnswer> };
  "/models": { $get: Route<Record<never, never>, ModelList> };
  "/healthz": { $get: Route<Record<never, never>, { readonly status: "alive" }> };
  "/readyz": { $get: Route<Record<never, never>, { readonly status: "ready" }> };
}, "/">;

/** Client of a server, with the types of its routes. */
export type Client = ReturnType<typeof hc<Api>>;

/**
 * Creates a typed client of a server, with `hc` of Hono.
 *
 * @param url URL of the server.
 * @param options Options of `hc`, for example `headers` with an API key.
 *
 * @example
 * ```ts
 * import { createClient } from "./client.ts";
 *
 * async function detect(url: string, image: File): Promise<string[]> {
 *   const client = createClient(url, { headers: { authorization: "Bearer KEY" } });
 *   const response = await client.detect.$post({ form: { image, score: "0.5" } });
 *   const answer = await response.json();
 *   if ("code" in answer) throw new Error(answer.detail);
 *   return answer.detections.map(({ label }) => label);
 * }
 * ```
 */
export function createClient(url: string, options?: ClientRequestOptions): Client {
  return hc<Api>(url, options);
}
