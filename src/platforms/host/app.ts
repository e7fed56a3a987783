import type { Context, Hono } from "hono";
import { type AppDeps, createApp } from "../../../routes/app.ts";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import { forwardedAddress } from "../../../routes/guards/client_address.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { httpsImageFetcher } from "./fetch_image/https_image_fetcher.ts";
import { appSettings } from "../../server/app_settings.ts";
import type { Config } from "../../server/config.ts";
import type { LogFormat } from "../../server/logger.ts";

/** What of an app differs from host to host. */
export interface HostAppOptions {
  /** Address that the connection comes from. */
  readonly peerOf: (context: Context) => string | undefined;
  /** How log lines look where LOG is not set. */
  readonly logFormat: LogFormat;
}

/** The app of Deno, Node and Bun, which reach the network. */
export function hostApp(
  config: Config,
  registry: ModelRegistry,
  { peerOf, logFormat }: HostAppOptions,
): Hono<AppEnv> {
  return createApp({
    ...appSettings(config, logFormat),
    registry,
    clientAddress: (context) =>
      forwardedAddress(
        peerOf(context),
        context.req.header("x-forwarded-for"),
        config.TRUSTED_PROXY,
      ),
    fetchImage: config.IMAGE_URLS === "on" ? imageFetcher(config) : undefined,
  });
}

function imageFetcher(config: Config): AppDeps["fetchImage"] {
  return httpsImageFetcher({
    maxBytes: config.MAX_BYTES,
    timeoutMs: config.IMAGE_URL_TIMEOUT_MS,
    allow: config.IMAGE_URL_ALLOW,
    deny: config.IMAGE_URL_DENY,
  });
}
