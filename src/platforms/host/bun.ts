import process from "node:process";
import type { Context } from "hono";
import { getConnInfo } from "hono/bun";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { openMetrics } from "./open_metrics.ts";
import { processRegistry } from "./process_registry.ts";

/**
 * Options for `Bun.serve()`. If a program exports this object as its default export, Bun starts the
 * server by itself.
 */
export interface BunServer {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on. */
  readonly port: number;
  /** Seconds without traffic until Bun closes a connection. */
  readonly idleTimeout: number;
  /** Answers a request. Bun passes its server object as `server`. */
  fetch(request: Request, server: object): Response | Promise<Response>;
  /** Closes the models. The caller must stop the Bun server first. */
  close(): Promise<void>;
}

/** Maximum `idleTimeout` that Bun accepts, seconds. */
const MAX_IDLE_SECONDS = 255;

/**
 * Creates the server for Bun and starts to load the models. A program starts the server with
 * `export default await bunServer()`.
 *
 * @param environment Settings by name. docs/configuration.md lists all settings.
 * @throws {TypeError} If a setting is wrong. The message lists all wrong settings.
 */
export async function bunServer(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<BunServer> {
  const config = readConfig(environment);
  const metrics = await openMetrics(config);
  const registry = await processRegistry(config, metrics);
  const peerAddress = (context: Context) => getConnInfo(context).remote.address;
  const app = hostApp(config, registry, {
    peerAddress,
    logFormat: process.stderr.isTTY ? "text" : "json",
    metrics,
  });
  const longestMs = Math.max(
    config.BODY_TIMEOUT_MS,
    config.DECODE_TIMEOUT_MS + config.RUN_TIMEOUT_MS,
  );
  return {
    hostname: config.HOST,
    port: config.PORT,
    idleTimeout: Math.min(Math.ceil(longestMs / 1000), MAX_IDLE_SECONDS),
    fetch: (request, server) => app.fetch(withHost(request), server),
    close: () => registry.close(),
  };
}

/**
 * Adds a host to the URL of a request without a `Host` header, which HTTP/1.0 allows. Without the
 * header, Bun sets the request's `url` to the path alone, and the app cannot parse a path as a URL.
 *
 * Changes the request in place, because Bun finds the client's IP address only for its own request
 * object.
 */
function withHost(request: Request): Request {
  if (!request.url.startsWith("/")) return request;
  return Object.defineProperty(request, "url", { value: `http://localhost${request.url}` });
}
