import process from "node:process";
import type { Context } from "hono";
import { readConfig } from "../../server/config.ts";
import { LazyApp } from "../../server/lazy_app.ts";
import { hostApp } from "../host/app.ts";
import { serverlessRegistry } from "./registry.ts";

/** Options of {@linkcode serverlessApp}. */
export interface ServerlessAppOptions {
  /** Returns the IP address that the connection comes from. */
  readonly peerAddress: (context: Context) => string | undefined;
  /** Settings, by the names of docs/configuration.md. Unset: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Creates the app of Deno Deploy, Lambda and Vercel. It runs on one thread, and opens with the
 * first request or with `start()`.
 */
export function serverlessApp({ peerAddress, environment }: ServerlessAppOptions): LazyApp {
  return new LazyApp(async () => {
    const config = readConfig(environment ?? process.env);
    const registry = await serverlessRegistry(config);
    return { app: hostApp(config, registry, { peerAddress, logFormat: "json" }), registry };
  });
}
