import type { Hono } from "hono";
import { createApp } from "../../routes/app.ts";
import type { AppEnv } from "../../routes/app_env.ts";
import { createDetector } from "../detect/detector.ts";
import { ModelShelf } from "../detect/model_shelf.ts";
import type { Fetcher } from "../runtime/fetch_model_store.ts";
import { workerdRuntime } from "../runtime/workerd_runtime.ts";
import { appSettings, imageLimits } from "./app_settings.ts";
import { readConfig } from "./config.ts";
import { readManifests } from "./read_manifests.ts";

/** What `wrangler.toml` binds. */
interface Environment {
  /** The folder `models/`. */
  readonly ASSETS: Fetcher;
  /** Id of the model. */
  readonly MODEL: string;
  /** Any other variable or secret, by the names of docs/configuration.md. */
  readonly [variable: string]: unknown;
}

/** One isolate's app; it outlives the request that made it. */
interface Isolate {
  readonly app: Hono<AppEnv>;
  readonly shelf: ModelShelf;
}

let isolate: Promise<Isolate> | undefined;

/**
 * The entry of Cloudflare Workers.
 *
 * The model loads within the first request, since the platform allows no I/O before one, and
 * outlives that request; `/detect` waits for it. A load that failed is tried anew.
 */
export default {
  /** Answers one request. */
  async fetch(
    request: Request,
    environment: Environment,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    const current = isolate ??= startIsolate(environment);
    // Without this the load would end with its request, should that client go away.
    context.waitUntil(current.then(({ shelf }) => shelf.started));
    const { app, shelf } = await current;
    if (new URL(request.url).pathname === "/detect") await shelf.started;
    const response = await app.fetch(request);
    if (shelf.atStart.some((id) => shelf.state(id)?.status === "failed")) isolate = undefined;
    return response;
  },
};

async function startIsolate(environment: Environment): Promise<Isolate> {
  const { ASSETS, MODEL } = environment;
  const config = readConfig({ BODY_MEMORY: "40000000", ...textsOf(environment) });
  const runtime = workerdRuntime(ASSETS);
  const served = await readManifests(runtime.models, [MODEL], (message) => console.error(message));
  const limits = imageLimits(config);
  const shelf = new ModelShelf({
    ...served,
    load: (id) => createDetector(runtime, { model: served.addressOf(id), limits }),
  });
  const app = createApp({
    ...appSettings(config, "json"),
    shelf,
    addressOf: (context) => context.req.header("cf-connecting-ip"),
  });
  return { app, shelf };
}

function textsOf(environment: Environment): Record<string, string> {
  const texts = Object.entries(environment).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return Object.fromEntries(texts);
}
