import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import type { ModelShelf } from "../../serving/model_registry.ts";
import type { Config } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { listen } from "./listen.ts";
import type { LogFormat } from "../../server/logger.ts";
import { processShelf } from "./process_registry.ts";

/** A server that listens. */
export interface RunningServer {
  /** Where it listens. */
  readonly url: string;
  /** A line per model of the start: how it is served, or why it cannot be. */
  readonly started: Promise<string>;
  /** Stops listening and frees the models. */
  stop(): Promise<void>;
}

/** Address that a connection comes from, by node:http. */
export function peerOf(context: Context): string | undefined {
  return getConnInfo(context).remote.address;
}

/**
 * Reads the manifests, listens, and loads the models beside that; `/readyz` tells when it is done.
 *
 * @param logFormat How log lines look where LOG is not set.
 */
export async function startServer(config: Config, logFormat: LogFormat): Promise<RunningServer> {
  const shelf = await processShelf(config);
  const listener = await listen(hostApp(config, shelf, { peerOf, logFormat }), {
    hostname: config.HOST,
    port: config.PORT,
    maxConnections: config.MAX_CONNECTIONS,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    headerTimeoutMs: config.HEADER_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
  }).catch(async (error: unknown) => {
    // Its workers would keep a program alive that serves nobody.
    await shelf.close();
    throw error;
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
