import type { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import type { ModelRegistry } from "../serving/model_registry.ts";

/** App with the models that it serves. */
export interface ServedApp {
  /** Answers requests. */
  readonly app: Hono<AppEnv>;
  /** Models of the app. */
  readonly registry: ModelRegistry;
}

/** Milliseconds between the first and the second rebuild; doubled for each further one. */
const FIRST_PAUSE_MS = 1000;
/** Maximum milliseconds between two rebuilds. */
const MAX_PAUSE_MS = 30_000;

/**
 * Opens the app on the first request, for serverless platforms, which run no code before one.
 *
 * If a model failed to load, the next image request rebuilds the app: immediately the first time,
 * then with exponential back-off, because a rebuild also reloads the models that had loaded.
 */
export class LazyApp {
  readonly #open: () => Promise<ServedApp>;
  readonly #now: () => number;
  #current: Promise<ServedApp> | undefined;
  /**
   * App that answered the last image request. An app that `start()` opened is not rebuilt before it
   * has answered one.
   */
  #answered: Promise<ServedApp> | undefined;
  #retryAt = -Infinity;
  #pauseMs = FIRST_PAUSE_MS;

  /**
   * Creates a closed app.
   *
   * @param open Opens the app.
   * @param now Returns the time in milliseconds.
   */
  constructor(open: () => Promise<ServedApp>, now: () => number = Date.now) {
    this.#open = open;
    this.#now = now;
  }

  /** Opens the app if it is closed. Resolves after its models have loaded or failed to load. */
  async start(): Promise<void> {
    const { registry } = await this.#opened();
    await registry.started;
  }

  /**
   * Answers a request. A POST request waits until the models have loaded.
   *
   * @param bindings Values that the platform passes beside the request, for Hono's adapters.
   */
  async fetch(request: Request, bindings?: object): Promise<Response> {
    const wantsModel = request.method === "POST";
    if (wantsModel) await this.#dropFailed();
    const current = this.#opened();
    const { app, registry } = await current;
    if (wantsModel) {
      await registry.started;
      this.#answered = current;
    }
    return await app.fetch(request, bindings);
  }

  /** Drops an app that has a failed model, unless the pause since the last rebuild is not over. */
  async #dropFailed(): Promise<void> {
    const current = this.#current;
    const registry = await current?.then((app) => app.registry, () => undefined);
    if (current === undefined || registry === undefined || this.#current !== current) return;
    if (this.#answered !== current) return;
    if (registry.atStart.every((id) => registry.state(id)?.status !== "failed")) return;
    if (this.#now() < this.#retryAt) return;
    this.#retryAt = this.#now() + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    this.#drop(current);
    void registry.close();
  }

  #opened(): Promise<ServedApp> {
    if (this.#current !== undefined) return this.#current;
    const opening = this.#open();
    this.#current = opening;
    opening.catch(() => this.#drop(opening));
    return opening;
  }

  /** Drops an app, unless another one has replaced it. */
  #drop(app: Promise<ServedApp>): void {
    if (this.#current === app) this.#current = undefined;
  }
}
