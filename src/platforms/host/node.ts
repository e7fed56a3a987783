import type { RequestListener } from "node:http";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { LISTENER_OPTIONS } from "./listen.ts";
import { processRegistry } from "./process_registry.ts";
import { peerAddress, type RunningServer, startServer } from "./server.ts";

export type { RunningServer };

/** Settings, by the names of docs/configuration.md. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts the server for Node. It listens while the models load.
 *
 * @throws {TypeError} If settings are wrong. The message names each of them.
 */
export function serve(environment: Environment = process.env): Promise<RunningServer> {
  return startServer(readConfig(environment), "json");
}

/** Request handler for a `node:http` server of another program. */
export interface NodeHandler {
  /** Answers a request, as `createServer()` of `node:http` calls it. */
  readonly listener: RequestListener;
  /** Frees the models. Call it after the server has stopped. */
  close(): Promise<void>;
}

/**
 * Creates a request handler for a `node:http` server of another program, which sets its own limits
 * on headers and connections. The models start to load.
 *
 * @throws {TypeError} If settings are wrong. The message names each of them.
 */
export async function createHandler(environment: Environment = process.env): Promise<NodeHandler> {
  const config = readConfig(environment);
  const registry = await processRegistry(config);
  const app = hostApp(config, registry, { peerAddress, logFormat: "json" });
  const answer = getRequestListener(app.fetch, LISTENER_OPTIONS);
  return {
    listener: (incoming, outgoing) => void answer(incoming, outgoing),
    close: () => registry.close(),
  };
}
