import type { Hono } from "hono";
import type { AppEnv } from "../../routes/app_env.ts";
import type { ModelShelf } from "../detect/model_shelf.ts";

/** An app and the models that it answers with. */
export interface ServedApp {
  /** Answers requests. */
  readonly app: Hono<AppEnv>;
  /** Its models. */
  readonly shelf: ModelShelf;
}

/**
 * The app of a platform that starts an isolate for a request, and lets it live on as long as it
 * likes: it opens with the first request, and anew after its models could not be loaded.
 */
export class LazyApp {
  readonly #open: () => Promise<ServedApp>;
  #current: Promise<ServedApp> | undefined;

  /** Opens nothing yet. */
  constructor(open: () => Promise<ServedApp>) {
    this.#open = open;
  }

  /** Opens the app unless that was done; settles once its models have loaded or failed. */
  async start(): Promise<void> {
    const { shelf } = await this.#opened();
    await shelf.started;
  }

  /**
   * Answers one request; one that posts a picture waits for the models.
   *
   * @param bindings What the platform tells beside the request, as Hono's adapters read it.
   */
  async fetch(request: Request, bindings?: object): Promise<Response> {
    const current = this.#opened();
    const { app, shelf } = await current;
    if (request.method === "POST") await shelf.started;
    const response = await app.fetch(request, bindings);
    if (shelf.atStart.some((id) => shelf.state(id)?.status === "failed")) {
      this.#forget(current);
      // The next one loads all models again, those too that did load here.
      void shelf.close();
    }
    return response;
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
