import type { RequestListener } from "node:http";
import process from "node:process";
import { getRequestListener } from "@hono/node-server";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { processRegistry } from "./process_registry.ts";
import { peerOf, type RunningServer, startServer } from "./server.ts";

export type { RunningServer };

/** Settings by the names of docs/configuration.md. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The server for Node: listens, and loads the models beside that.
 *
 * @throws {TypeError} Naming every setting that is wrong.
 */
export function serve(environment: Environment = process.env): Promise<RunningServer> {
  return startServer(readConfig(environment), "json");
}

/** What answers the requests of somebody's own server. */
export interface NodeHandler {
  /** Answers one request, as `createServer` of `node:http` takes it. */
  readonly listener: RequestListener;
  /** Frees the models, once the server has stopped. */
  close(): Promise<void>;
}

/**
 * The handler for a server of one's own, whose limits on headers and connections are then one's
 * own, too. The models begin to load.
 *
 * @throws {TypeError} Naming every setting that is wrong.
 */
export async function createHandler(environment: Environment = process.env): Promise<NodeHandler> {
  const config = readConfig(environment);
  const registry = await processRegistry(config);
  const app = hostApp(config, registry, { peerOf, logFormat: "json" });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return {
    listener: (incoming, outgoing) => void answer(incoming, outgoing),
    close: () => registry.close(),
  };
}
