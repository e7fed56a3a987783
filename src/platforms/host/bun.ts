import process from "node:process";
import type { Context } from "hono";
import { getConnInfo } from "hono/bun";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { processRegistry } from "./process_registry.ts";

/** Server that `Bun.serve()` accepts, as does Bun itself as the default export of a program. */
export interface BunServer {
  /** IP address to listen on. */
  readonly hostname: string;
  /** Port to listen on. */
  readonly port: number;
  /** Seconds until a silent connection times out. */
  readonly idleTimeout: number;
  /** Answers a request; `server` is Bun's own object. */
  fetch(request: Request, server: object): Response | Promise<Response>;
  /** Frees the models. Call it after the server has stopped. */
  close(): Promise<void>;
}

/** Maximum `idleTimeout` that Bun accepts, seconds. */
const MAX_IDLE_SECONDS = 255;

/**
 * Creates the server for Bun: `export default await bunServer()`. The models start to load.
 *
 * @param environment Settings, by the names of docs/configuration.md.
 * @throws {TypeError} If settings are wrong. The message names each of them.
 */
export async function bunServer(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<BunServer> {
  const config = readConfig(environment);
  const registry = await processRegistry(config);
  const peerAddress = (context: Context) => getConnInfo(context).remote.address;
  const app = hostApp(config, registry, {
    peerAddress,
    logFormat: process.stderr.isTTY ? "text" : "json",
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
 * Completes the URL of a request without the header `Host`, which HTTP/1.0 does not require: Bun
 * gives it the bare path. The object stays the same, as Bun knows the client's IP address by it.
 */
function withHost(request: Request): Request {
  if (!request.url.startsWith("/")) return request;
  return Object.defineProperty(request, "url", { value: `http://localhost${request.url}` });
}
