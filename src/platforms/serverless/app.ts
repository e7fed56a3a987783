import process from "node:process";
import type { Context } from "hono";
import { readConfig } from "../../server/config.ts";
import { hostApp } from "../host/app.ts";
import { serverlessRegistry } from "./registry.ts";
import { LazyApp } from "../../server/lazy_app.ts";

/** What a serverless platform of Deno's or Node's kind is told. */
export interface IsolateAppOptions {
  /** Address that the connection comes from. */
  readonly peerOf: (context: Context) => string | undefined;
  /** Settings by the names of docs/configuration.md; the process's own variables where absent. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The app of Deno Deploy, Lambda and Vercel: everything on one thread, nothing before it is asked. */
export function isolateApp({ peerOf, environment }: IsolateAppOptions): LazyApp {
  return new LazyApp(async () => {
    const config = readConfig(environment ?? process.env);
    const registry = await serverlessRegistry(config);
    return { app: hostApp(config, registry, { peerOf, logFormat: "json" }), registry };
  });
}
