import process from "node:process";
import type { Context } from "hono";
import { readConfig } from "../../server/config.ts";
import { LazyApp } from "../../server/lazy_app.ts";
import { hostApp } from "../host/app.ts";
import { serverlessRegistry } from "./registry.ts";

/** Options of {@linkcode serverlessApp}. */
export interface ServerlessAppOptions {
  /** Returns the IP address of the client's connection, or undefined if it is unknown. */
  readonly peerAddress: (context: Context) => string | undefined;
  /**
   * Settings by name. docs/configuration.md lists all settings. Unset: the environment variables.
   */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Creates the HTTP app for Deno Deploy, AWS Lambda and Vercel. The same thread answers requests and
 * runs models. The models load at the first request, or earlier if the caller calls `start()`.
 */
export function serverlessApp({ peerAddress, environment }: ServerlessAppOptions): LazyApp {
  return new LazyApp(async () => {
    const config = readConfig(environment ?? process.env);
    const registry = await serverlessRegistry(config);
    return { app: hostApp(config, registry, { peerAddress, logFormat: "json" }), registry };
  });
}
