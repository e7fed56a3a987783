import process from "node:process";
import type { Context } from "hono";
import { getConnInfo } from "hono/bun";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "./app.ts";
import { processRegistry } from "./process_registry.ts";

/** What `Bun.serve` takes, and Bun itself as the default export of a program. */
export interface BunServer {
  /** Address to listen on. */
  readonly hostname: string;
  /** Port to listen on. */
  readonly port: number;
  /** Seconds that a connection may be silent. */
  readonly idleTimeout: number;
  /** Answers one request; `server` is Bun's own. */
  fetch(request: Request, server: object): Response | Promise<Response>;
  /** Frees the models, once the server has stopped. */
  close(): Promise<void>;
}

/** The longest silence that Bun grants, in seconds. */
const MAX_SILENCE = 255;

/**
 * The server for Bun: `export default await bunServer()`. The models begin to load.
 *
 * @param environment Settings by the names of docs/configuration.md.
 * @throws {TypeError} Naming every setting that is wrong.
 */
export async function bunServer(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<BunServer> {
  const config = readConfig(environment);
  const registry = await processRegistry(config);
  const peerOf = (context: Context) => getConnInfo(context).remote.address;
  const app = hostApp(config, registry, {
    peerOf,
    logFormat: process.stderr.isTTY ? "text" : "json",
  });
  const longest = Math.max(
    config.BODY_TIMEOUT_MS,
    config.DECODE_TIMEOUT_MS + config.RUN_TIMEOUT_MS,
  );
  return {
    hostname: config.HOST,
    port: config.PORT,
    idleTimeout: Math.min(Math.ceil(longest / 1000), MAX_SILENCE),
    fetch: (request, server) => app.fetch(request, server),
    close: () => registry.close(),
  };
}
