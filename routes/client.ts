import type { Hono } from "hono";
import { type ClientRequestOptions, hc } from "hono/client";
import type {
  Detection,
  DetectResult,
  Explanation,
  ModelInfo,
  NmsKind,
  StageTimes,
  SuppressedCandidate,
  TileInfo,
  TileMerge,
} from "../src/ports/detector.ts";
import type { UploadJson } from "./detect/read_json.ts";
import type { SelectJson } from "./detect/read_select.ts";
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
export interface DetectedObject extends Omit<Detection, "explanation"> {
  /**
   * Box as a list, in the order of the option `boxes`. Unset: the client did not set the option
   * `boxes`.
   */
  readonly bbox?: readonly number[] | undefined;
  /** Origin in the network. Unset: the client did not set the option `explain`. */
  readonly explanation?: DetectedExplanation | undefined;
}

/** Origin of a detected object in the network, and the candidates that it suppressed. */
export interface DetectedExplanation extends Omit<Explanation, "suppressed"> {
  /** Best suppressed candidates, at most 16. */
  readonly suppressed: readonly (SuppressedCandidate & Pick<DetectedObject, "bbox">)[];
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
    /** Codec that decodes JPEG files: `native`. Unset: WebAssembly. */
    readonly codec?: string | undefined;
  };
  /** Tiles of the image, and number of runs of the model. Unset: the request had no `tiles`. */
  readonly tiles?: TileInfo | undefined;
  /** Duration of each stage, milliseconds. */
  readonly timing: StageTimes;
  /** Token for `POST /detect/{token}`. Unset: the client did not set the option `keep`. */
  readonly token?: string | undefined;
  /** Time until which the token works, ISO 8601. Unset: there is no token. */
  readonly expires?: string | undefined;
  /** Minimum score threshold that the token works with. Unset: there is no token. */
  readonly minScore?: number | undefined;
}

/** Detections from kept candidates, as `POST /detect/{token}` responds with them. */
export interface SelectAnswer extends Pick<DetectAnswer, "model" | "image" | "detections"> {
  /** Minimum score threshold that the token works with. */
  readonly minScore: number;
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

/** Options of `POST /detect/{token}` as texts, in a form or in the query. */
export interface SelectTextOptions {
  /** Score threshold, 0 to 1. Unset: the default of the model. */
  readonly score?: string;
  /** IoU threshold of NMS, 0 to 1. Unset: the default of the model. */
  readonly iou?: string;
  /** Maximum number of detections. Unset: the default of the model. */
  readonly max?: string;
  /** Labels of the classes to detect, with commas between them. Unset: all classes. */
  readonly classes?: string;
  /** Score thresholds of single classes, such as `cat:0.3,person:0.6`. Unset: `score` for all. */
  readonly scores?: string;
  /** Rule of NMS. Unset: `hard`. */
  readonly nms?: NmsKind;
  /** Width of the Gaussian function of `soft-gaussian`. Unset: 0.5. */
  readonly sigma?: string;
  /** "true": boxes of different classes suppress each other. Unset: the default of the model. */
  readonly class_agnostic?: "true" | "false";
  /** "true": each detection has its origin in the network. Unset: "false". */
  readonly explain?: "true" | "false";
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

/** Options of `POST /detect` as texts, in a form or in the query. */
export interface TextOptions extends SelectTextOptions {
  /**
   * Tiles into which the image is divided: `auto`, or columns and rows such as `4x3`. Unset: the
   * image is one view.
   */
  readonly tiles?: string;
  /** Overlap of neighbouring tiles, as a fraction of a tile's side, 0 to 0.5. Unset: 0.2. */
  readonly overlap?: string;
  /** Way to merge boxes of different tiles. Unset: `nms`. */
  readonly merge?: TileMerge;
  /** "false": the model runs only on the tiles, not on the whole image. Unset: "true". */
  readonly whole?: "true" | "false";
  /** "true": the response has a token for `POST /detect/{token}`. Unset: "false". */
  readonly keep?: "true" | "false";
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

/** Input of `POST /detect/{token}`: the token, and options in the query, a form or JSON. */
export interface SelectInput {
  /** Token of an earlier response. */
  readonly param: { readonly token: string };
  /** Options of the query. */
  readonly query?: SelectTextOptions;
  /** Options in a form. They override the options of the query. */
  readonly form?: SelectTextOptions;
  /** Options in JSON. They override the options of the query. */
  readonly json?: SelectJson;
}

/** Routes of the server, for `hc<Api>()` of Hono. */
export type Api = Hono<Record<never, never>, {
  "/detect": { $post: Route<DetectInput, DetectAnswer> };
  "/detect/:token": { $post: Route<SelectInput, SelectAnswer> };
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
