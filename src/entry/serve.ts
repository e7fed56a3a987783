import { getConnInfo } from "@hono/node-server/conninfo";
import { createApp } from "../../routes/app.ts";
import { forwardedAddress } from "../../routes/forwarded_address.ts";
import { ModelShelf } from "../detect/model_shelf.ts";
import type { ImageFetcher } from "../ports/image_fetcher.ts";
import { fileModelStore } from "../runtime/file_model_store.ts";
import { httpsImageFetcher } from "../runtime/https_image_fetcher.ts";
import { appSettings, imageLimits } from "./app_settings.ts";
import { type Config, readConfig } from "./config.ts";
import { listen } from "./listen.ts";
import { modelsFolder } from "./models_folder.ts";
import { readManifests } from "./read_manifests.ts";
import { runCommand } from "./run_command.ts";
import { startPool } from "./start_detector.ts";

/** A server that listens. */
export interface RunningServer {
  /** Where it listens. */
  readonly url: string;
  /** A line per model of the start: how it is served, or why it cannot be. */
  readonly started: Promise<string>;
  /** Stops listening and frees the models. */
  stop(): Promise<void>;
}

/** Reads the manifests, listens, and loads the models beside that; `/readyz` tells when it is done. */
export async function serve(config: Config): Promise<RunningServer> {
  const shelf = await shelfOf(config);
  const app = createApp({
    ...appSettings(config, Deno.stderr.isTerminal() ? "text" : "json"),
    shelf,
    addressOf: (context) =>
      forwardedAddress(
        getConnInfo(context).remote.address,
        context.req.header("x-forwarded-for"),
        config.TRUSTED_PROXY,
      ),
    fetchImage: config.IMAGE_URLS === "on" ? imageFetcher(config) : undefined,
  });
  const listener = await listen(app, {
    hostname: config.HOST,
    port: config.PORT,
    maxConnections: config.MAX_CONNECTIONS,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    headerTimeoutMs: config.HEADER_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
  });
  return {
    url: listener.url,
    started: shelf.started.then(() => startLines(shelf, listener.url)),
    async stop() {
      await listener.close();
      await shelf.close();
    },
  };
}

function imageFetcher(config: Config): ImageFetcher {
  return httpsImageFetcher({
    maxBytes: config.MAX_BYTES,
    timeoutMs: config.IMAGE_URL_TIMEOUT_MS,
    allow: config.IMAGE_URL_ALLOW,
    deny: config.IMAGE_URL_DENY,
  });
}

async function shelfOf(config: Config): Promise<ModelShelf> {
  const folder = modelsFolder(config.MODELS_DIR);
  const { addressOf, ...served } = await readManifests(
    fileModelStore(folder),
    config.MODELS,
    (message) => console.error(message),
  );
  return new ModelShelf({
    ...served,
    budget: config.MODEL_MEMORY,
    copies: config.WORKERS,
    load: (id) =>
      startPool({
        model: addressOf(id),
        folder: folder.href,
        engine: config.ENGINE,
        threads: config.THREADS,
        limits: imageLimits(config),
      }, {
        workers: config.WORKERS,
        queue: config.QUEUE ?? 2 * config.WORKERS,
        deadlines: { decodeMs: config.DECODE_TIMEOUT_MS, runMs: config.RUN_TIMEOUT_MS },
        log: (message) => console.error(message),
      }),
  });
}

function startLines(shelf: ModelShelf, url: string): string {
  return shelf.atStart.map((id) => {
    const state = shelf.state(id);
    if (state?.status === "ready") {
      const { model, engine: { provider, threads, reason } } = state.detector;
      return `Serving ${model.id} at ${url} on ${provider}, ${
        counted(threads, "thread")
      } (${reason})`;
    }
    const why = state?.status === "failed" ? state.error.message : "its memory went to others";
    return `Listening at ${url} without ${id}: ${why}`;
  }).join("\n");
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** Answers what is on its way and takes nothing new; a second signal does not wait. */
let isStopping = false;
async function stopGracefully(server: RunningServer): Promise<void> {
  if (isStopping) Deno.exit(1);
  isStopping = true;
  await server.stop();
  Deno.exit(0);
}

if (import.meta.main) {
  await runCommand(async () => {
    const server = await serve(readConfig(Deno.env.toObject()));
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => void stopGracefully(server));
    }
    console.log(await server.started);
  });
}
