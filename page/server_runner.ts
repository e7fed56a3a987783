import type { DetectResult } from "../src/ports/detector.ts";
import { convert, helpsToConvert } from "./convert.ts";
import { pause, Problem, readProblem } from "./problem.ts";
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

/** Maximum number of times that one photo is sent. */
const MAX_TRIES = 6;

/** Longest wait before a photo is sent again, seconds. */
const MAX_WAIT = 60;

/** Runs the detector on the server of the page. */
export class ServerRunner implements Runner {
  /** URL below which the API answers, with a slash at its end. */
  readonly base: URL;
  /** API key that requests carry. Empty: none. */
  key = "";

  /** @param base URL below which the API answers, with a slash at its end. */
  constructor(base: URL) {
    this.base = base;
  }

  /** Returns the ids of the models, the default first. */
  async models(): Promise<readonly string[]> {
    const { default: first, models } = await this.#json<
      { default: string; models: readonly { id: string }[] }
    >("models");
    return [first, ...models.map(({ id }) => id).filter((id) => id !== first)];
  }

  /** Reads the manifest of a model. */
  async open(id: string): Promise<PageModel> {
    return pageModel(await this.#json<PageManifest>(`models/${encodeURIComponent(id)}`));
  }

  /**
   * Sends an image. If the server refuses its size or its format, converts the image and sends the
   * copy.
   */
  async detect(image: Blob, model: PageModel, call: RunCall): Promise<RunResult> {
    try {
      return await this.#send(image, model, call);
    } catch (error) {
      if (!helpsToConvert(error)) throw error;
      const sent = await convert(image);
      call.signal.throwIfAborted();
      if (sent === null) throw error;
      return { ...await this.#send(sent, model, call), sent };
    }
  }

  /**
   * Returns an upright JPEG of an image, or null if the server cannot draw. The server draws no
   * boxes, because no score is above 1.
   */
  async copy(image: Blob, { id }: PageModel, signal: AbortSignal): Promise<Blob | null> {
    const options = new URLSearchParams({ model: id, score: "1", format: "jpeg" });
    return await this.#fetch(`detect?${options}`, { method: "POST", body: image, signal })
      .then((response) => response.blob(), () => null);
  }

  /** Sends an image, and sends it again when a busy server says so. */
  async #send(image: Blob, model: PageModel, call: RunCall): Promise<DetectResult> {
    for (let tries = 1;; tries++) {
      call.say(`Sending ${megabytes(image.size)} and waiting for the boxes …`);
      try {
        return await this.#json<DetectResult>(`detect?${query(model)}`, {
          method: "POST",
          body: image,
          signal: call.signal,
          headers: { "content-type": "application/octet-stream" },
        });
      } catch (error) {
        if (!(error instanceof Problem) || error.retryAfter === null) throw error;
        if (tries === MAX_TRIES || error.retryAfter > MAX_WAIT) throw error;
        await this.#wait(error, call);
      }
    }
  }

  /** Counts the seconds down until the next try. Clients of one moment come back apart. */
  async #wait({ message, retryAfter }: Problem, { say, signal }: RunCall): Promise<void> {
    for (let left = Math.max(1, retryAfter ?? 1); left > 0; left--) {
      say(`${message} Trying again in ${left} s …`);
      await pause(1000, signal);
    }
    await pause(Math.random() * 500, signal);
  }

  async #json<Value>(path: string, init: RequestInit = {}): Promise<Value> {
    return await (await this.#fetch(path, init)).json();
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.key !== "") headers.set("x-api-key", this.key);
    const response = await fetch(new URL(path, this.base), { ...init, headers })
      .catch((error: unknown) => {
        init.signal?.throwIfAborted();
        throw new Error("Cannot reach the server: check that it runs, and try again.", {
          cause: error,
        });
      });
    if (!response.ok) throw await readProblem(response);
    return response;
  }
}

/** Asks for all candidates, without NMS: the page applies it. */
function query({ id, rules }: PageModel): URLSearchParams {
  const score = Math.min(MIN_SCORE, rules.score);
  const max = Math.max(MAX_CANDIDATES, rules.limit);
  const options = new URLSearchParams({ model: id, score: String(score), max: String(max) });
  if (rules.nms !== null) options.set("iou", "1");
  return options;
}

function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
