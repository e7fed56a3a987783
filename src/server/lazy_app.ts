import type { Hono } from "hono";
import type { AppEnv } from "../../routes/http/app_env.ts";
import type { ModelRegistry } from "../serving/model_registry.ts";

/** App and the models that the app serves. */
export interface ServedApp {
  /** Answers requests. */
  readonly app: Hono<AppEnv>;
  /** Models of the app. */
  readonly registry: ModelRegistry;
}

/**
 * Minimum milliseconds between the first rebuild of the app and the second. The pause doubles with
 * each further rebuild.
 */
const FIRST_PAUSE_MS = 1000;
/** Maximum milliseconds between two rebuilds of the app. */
const MAX_PAUSE_MS = 30_000;

/**
 * App that opens on the first request, because serverless platforms run no code of an app before a
 * request arrives.
 *
 * If a model failed to load, the next image request rebuilds the app. The first rebuild happens
 * without a pause. Each further rebuild waits longer than the previous rebuild, because a rebuild
 * reloads all models.
 */
export class LazyApp {
  readonly #open: () => Promise<ServedApp>;
  readonly #now: () => number;
  #current: Promise<ServedApp> | undefined;
  /**
   * App that answered the last image request. An app that has not answered an image request is not
   * rebuilt.
   */
  #answered: Promise<ServedApp> | undefined;
  #retryAt = -Infinity;
  #pauseMs = FIRST_PAUSE_MS;

  /**
   * Creates a lazy app without opening the app.
   *
   * @param open Opens the app.
   * @param now Returns the current time in milliseconds.
   */
  constructor(open: () => Promise<ServedApp>, now: () => number = () => performance.now()) {
    this.#open = open;
    this.#now = now;
  }

  /**
   * Opens the app, unless it is open. Resolves once the models of the app have loaded or failed to
   * load.
   */
  async start(): Promise<void> {
    const { registry } = await this.#opened();
    await registry.started;
  }

  /**
   * Answers a request. A POST request waits until the models have loaded.
   *
   * @param bindings Values that the platform passes with the request, such as the connection. Hono
   *   makes these values available as `context.env`.
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

  /**
   * Drops the app if one of its models failed to load and the pause after the last rebuild is over.
   */
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

  /** Drops an app, unless a rebuilt app has already replaced it. */
  #drop(app: Promise<ServedApp>): void {
    if (this.#current === app) this.#current = undefined;
  }
}
