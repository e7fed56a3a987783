import type { RequestListener } from "node:http";
import process from "node:process";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { handleRequest } from "./handle_request.ts";
import { openMetrics } from "./open_metrics.ts";
import { processRegistry } from "./process_registry.ts";
import { peerAddress, type RunningServer, startServer } from "./server.ts";

export type { RunningServer };

/** Settings by name. docs/configuration.md lists all settings. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Starts the server for Node. The server already listens while the models load.
 *
 * @throws {TypeError} If a setting is wrong. The message lists all wrong settings.
 */
export function serve(environment: Environment = process.env): Promise<RunningServer> {
  return startServer(readConfig(environment), "json");
}

/** Request handler for a `node:http` server of another program. */
export interface NodeHandler {
  /** Listener for `createServer()` of `node:http`. Answers a request. */
  readonly listener: RequestListener;
  /** Closes the models. The caller must stop the `node:http` server first. */
  close(): Promise<void>;
}

/**
 * Creates a request handler for a `node:http` server of another program, and starts to load the
 * models. The other program must limit headers and connections itself.
 *
 * @throws {TypeError} If a setting is wrong. The message lists all wrong settings.
 */
export async function createHandler(environment: Environment = process.env): Promise<NodeHandler> {
  const config = readConfig(environment);
  const metrics = await openMetrics(config);
  const registry = await processRegistry(config, metrics);
  const app = hostApp(config, registry, { peerAddress, logFormat: "json", metrics });
  const answer = handleRequest(app);
  return {
    listener: (incoming, outgoing) => answer(incoming, outgoing),
    close: () => registry.close(),
  };
}
