import type { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import type { ModelRegistry } from "../serving/model_registry.ts";

/** An app and the models that it answers with. */
export interface ServedApp {
  /** Answers requests. */
  readonly app: Hono<AppEnv>;
  /** Its models. */
  readonly registry: ModelRegistry;
}

/** Between the first try to load a model again and the second; doubled with each further one. */
const FIRST_PAUSE_MS = 1000;
/** No pause is longer. */
const MAX_PAUSE_MS = 30_000;

/**
 * The app of a platform that starts an isolate for a request, and lets it live on as long as it
 * likes: it opens with the first request, and anew, for an image, after a model could not be loaded:
 * at once for the first time, then after pauses, since it loads the good models again, too.
 */
export class LazyApp {
  readonly #open: () => Promise<ServedApp>;
  readonly #now: () => number;
  #current: Promise<ServedApp> | undefined;
  /** The app that last answered an image: one that was started ahead is not tried anew for the first. */
  #answered: Promise<ServedApp> | undefined;
  #retryAt = -Infinity;
  #pauseMs = FIRST_PAUSE_MS;

  /** Opens nothing yet; `now` in milliseconds. */
  constructor(open: () => Promise<ServedApp>, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  /** Opens the app unless that was done; settles once its models have loaded or failed. */
  async start(): Promise<void> {
    const { registry } = await this.#opened();
    await registry.started;
  }

  /**
   * Answers one request; one that posts an image waits for the models.
   *
   * @param bindings What the platform tells beside the request, as Hono's adapters read it.
   */
  async fetch(request: Request, bindings?: object): Promise<Response> {
    const wantsModel = request.method === "POST";
    if (wantsModel) await this.#forgetFailed();
    const current = this.#opened();
    const { app, registry } = await current;
    if (wantsModel) {
      await registry.started;
      this.#answered = current;
    }
    return await app.fetch(request, bindings);
  }

  /** Lets go of an app with a model that failed, unless that was tried again a moment ago. */
  async #forgetFailed(): Promise<void> {
    const current = this.#current;
    const registry = await current?.then((app) => app.registry, () => undefined);
    if (current === undefined || registry === undefined || this.#current !== current) return;
    if (this.#answered !== current) return;
    if (registry.atStart.every((id) => registry.state(id)?.status !== "failed")) return;
    if (this.#now() < this.#retryAt) return;
    this.#retryAt = this.#now() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    this.#forget(current);
    // Those too that did load here are loaded again.
    void registry.close();
  }

  #opened(): Promise<ServedApp> {
    if (this.#current !== undefined) return this.#current;
    const opening = this.#open();
    this.#current = opening;
    opening.catch(() => this.#forget(opening));
    return opening;
  }

  /** Unless another has taken its place already. */
  #forget(app: Promise<ServedApp>): void {
    if (this.#current === app) this.#current = undefined;
  }
}
