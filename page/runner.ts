import type { DetectResult } from "../src/ports/detector.ts";
import type { FilterRules } from "./filter.ts";

/** Score threshold of every request. The slider hides more. */
export const MIN_SCORE = 0.05;

/** Maximum number of candidates of a request: the largest that the API accepts for every model. */
export const MAX_CANDIDATES = 1000;

/** Model that the page can use. */
export interface PageModel {
  /** Model id. */
  readonly id: string;
  /** Names of the classes, by class id. */
  readonly labels: readonly string[];
  /** Rules for the sliders. */
  readonly rules: FilterRules;
}

/** Settings of one detection. */
export interface RunCall {
  /** Cancels the detection. */
  readonly signal: AbortSignal;
  /** Shows the progress to the person, in words. */
  readonly say: (text: string) => void;
}

/** Result of a detection: candidates before NMS, and the image they belong to. */
export interface RunResult extends DetectResult {
  /** Image that was sent, if it is another than the given one: the page scaled or converted it. */
  readonly sent?: Blob | undefined;
}

/** Place where the detector runs: the server, or this browser. */
export interface Runner {
  /** Returns the ids of the models, the default first. */
  models(): Promise<readonly string[]>;
  /** Returns a model, ready to be used. */
  open(id: string): Promise<PageModel>;
  /** Returns the candidates in an image. */
  detect(image: Blob, model: PageModel, call: RunCall): Promise<RunResult>;
  /** Returns an upright JPEG of an image that the browser cannot show, or null. Unset: none. */
  readonly copy?: (image: Blob, model: PageModel, signal: AbortSignal) => Promise<Blob | null>;
}

/** Part of a manifest that the page reads. */
export interface PageManifest {
  readonly id: string;
  readonly labels: readonly string[];
  readonly boxes?: { readonly extent?: "edges" | "last-pixel" };
  readonly postprocess: {
    readonly score: number;
    readonly scoreTest?: string;
    readonly limit: number;
    readonly nms?: { readonly iou: number; readonly perClass: boolean } | null;
  };
}

/** Reads the rules of a model from its manifest. */
export function pageModel({ id, labels, boxes, postprocess }: PageManifest): PageModel {
  const { score, scoreTest, limit, nms } = postprocess;
  const rules = {
    score,
    limit,
    keepsEqual: scoreTest === "at-least",
    nms: nms ? { ...nms, extent: boxes?.extent ?? "edges" } : null,
  };
  return { id, labels, rules };
}
