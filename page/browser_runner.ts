import type { DetectOptions, DetectResult } from "../src/ports/detector.ts";
import type { LoadProgress } from "../src/stores/cache.ts";
import { convert, helpsToConvert } from "./convert.ts";
import {
  MAX_CANDIDATES,
  MIN_SCORE,
  type PageManifest,
  type PageModel,
  pageModel,
  type RunCall,
  type Runner,
  type RunResult,
} from "./runner.ts";

/** Part of the bundle's `createDetector()` that the page uses. */
interface Bundle {
  createDetector(options: {
    readonly model: string;
    readonly onProgress: (progress: LoadProgress) => void;
  }): Promise<BrowserDetector>;
}

interface BrowserDetector {
  detect(
    image: Blob | ImageData,
    options: DetectOptions & { readonly signal: AbortSignal },
  ): Promise<DetectResult>;
}

/** Model that this bundle contains. */
const MODEL = "everyday8";

/** Runs the detector in this browser, with the files that the server has for it. */
export class BrowserRunner implements Runner {
  readonly #folder: URL;
  readonly #onProgress: (progress: LoadProgress) => void;
  #detector: Promise<BrowserDetector> | undefined;

  /**
   * Creates a runner that loads nothing yet.
   *
   * @param folder URL of the folder of the bundle, with a slash at its end.
   * @param onProgress Called while the model loads.
   */
  constructor(folder: URL, onProgress: (progress: LoadProgress) => void) {
    this.#folder = folder;
    this.#onProgress = onProgress;
  }

  /** Returns the id of the model in the bundle. */
  models(): Promise<readonly string[]> {
    return Promise.resolve([MODEL]);
  }

  /** Loads a model, unless it is loaded. */
  async open(id: string): Promise<PageModel> {
    const response = await fetch(new URL(`models/${encodeURIComponent(id)}.json`, this.#folder));
    if (!response.ok) throw new Error(`This browser cannot load the model ${id}: choose ${MODEL}`);
    const model = pageModel(await response.json() as PageManifest);
    await this.#ready();
    return model;
  }

  /** Returns the candidates in an image. */
  async detect(image: Blob, model: PageModel, call: RunCall): Promise<RunResult> {
    call.say("Detecting …");
    try {
      return await this.detectNow(image, model, call.signal);
    } catch (error) {
      // The browser may decode formats that the detector cannot, such as HEIC in Safari.
      if (!helpsToConvert(error)) throw error;
      const sent = await convert(image);
      if (sent === null) throw error;
      return { ...await this.detectNow(sent, model, call.signal), sent };
    }
  }

  /** Returns the candidates in a file or in pixels, such as a frame of the camera. */
  async detectNow(
    image: Blob | ImageData,
    { rules }: PageModel,
    signal: AbortSignal,
  ): Promise<DetectResult> {
    const detector = await this.#ready();
    return await detector.detect(image, {
      scoreThreshold: Math.min(MIN_SCORE, rules.score),
      max: Math.max(MAX_CANDIDATES, rules.limit),
      ...(rules.nms !== null && { iou: 1 }),
      signal,
    });
  }

  #ready(): Promise<BrowserDetector> {
    return this.#detector ??= this.#load();
  }

  async #load(): Promise<BrowserDetector> {
    const { createDetector } = await import(
      new URL("retinanet-edge.js", this.#folder).href
    ) as Bundle;
    return await createDetector({ model: MODEL, onProgress: this.#onProgress });
  }
}
