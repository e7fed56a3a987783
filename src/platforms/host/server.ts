import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import type { Config } from "../../server/config.ts";
import type { LogFormat } from "../../server/logger.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { hostApp } from "./app.ts";
import { listen } from "./listen.ts";
import { processRegistry } from "./process_registry.ts";

/** Server that is listening. */
export interface RunningServer {
  /** URL of the server. */
  readonly url: string;
  /** Text with a line per start-up model: the engine, or the reason why the model did not load. */
  readonly started: Promise<string>;
  /** Stops listening, waits for the running requests, and closes the models. */
  stop(): Promise<void>;
}

/** Returns the IP address from which the connection of a node:http server comes. */
export function peerAddress(context: Context): string | undefined {
  return getConnInfo(context).remote.address;
}

/**
 * Reads the manifests of the models and starts to listen. The models load meanwhile, and
 * `GET /readyz` reports when they have loaded.
 *
 * @param logFormat Format of log lines if the setting `LOG` is unset.
 */
export async function startServer(config: Config, logFormat: LogFormat): Promise<RunningServer> {
  const registry = await processRegistry(config);
  const listener = await listen(hostApp(config, registry, { peerAddress, logFormat }), {
    hostname: config.HOST,
    port: config.PORT,
    maxConnections: config.MAX_CONNECTIONS,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    headerTimeoutMs: config.HEADER_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
  }).catch(async (error: unknown) => {
    // The program could not exit while worker processes run.
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
