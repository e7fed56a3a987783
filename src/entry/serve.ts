import { createApp } from "../../routes/app.ts";
import { ModelShelf } from "../detect/model_shelf.ts";
import { fileModelStore } from "../runtime/file_model_store.ts";
import { type Config, readConfig } from "./config.ts";
import { modelsFolder } from "./models_folder.ts";
import { readManifests } from "./read_manifests.ts";
import { runCommand } from "./run_command.ts";
import { startDetector } from "./start_detector.ts";

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
    shelf,
    maxBytes: config.MAX_BYTES,
    log: (error) => console.error(error),
  });
  const listen = { hostname: config.HOST, port: config.PORT, onListen: () => {} };
  const server = Deno.serve(listen, app.fetch);
  const host = server.addr.hostname.includes(":")
    ? `[${server.addr.hostname}]`
    : server.addr.hostname;
  const url = `http://${host}:${server.addr.port}`;
  return {
    url,
    started: shelf.started.then(() => startLines(shelf, url)),
    async stop() {
      await server.shutdown();
      await shelf.close();
    },
  };
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
    load: (id) =>
      startDetector({
        model: addressOf(id),
        folder: folder.href,
        engine: config.ENGINE,
        threads: config.THREADS,
        limits: { maxBytes: config.MAX_BYTES, maxPixels: config.MAX_PIXELS },
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

if (import.meta.main) {
  await runCommand(async () => {
    const server = await serve(readConfig(Deno.env.toObject()));
    console.log(await server.started);
  });
}
