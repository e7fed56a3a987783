import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import type { Config } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { listen } from "./listen.ts";
import type { LogFormat } from "../../server/logger.ts";
import { processRegistry } from "./process_registry.ts";

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
  const registry = await processRegistry(config);
  const listener = await listen(hostApp(config, registry, { peerOf, logFormat }), {
    hostname: config.HOST,
    port: config.PORT,
    maxConnections: config.MAX_CONNECTIONS,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    headerTimeoutMs: config.HEADER_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
  }).catch(async (error: unknown) => {
    // Its workers would keep a program alive that serves nobody.
    await registry.close();
    throw error;
  });
  return {
    url: listener.url,
    started: registry.started.then(() => startLines(registry, listener.url)),
    async stop() {
      await listener.close();
      await registry.close();
    },
  };
}

function startLines(registry: ModelRegistry, url: string): string {
  return registry.atStart.map((id) => {
    const state = registry.state(id);
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
