import type { Context, Hono } from "hono";
import { createApp } from "../../../routes/app.ts";
import { forwardedAddress } from "../../../routes/guards/client_address.ts";
import type { AppEnv } from "../../../routes/http/app_env.ts";
import type { ImageFetcher } from "../../ports/image_fetcher.ts";
import { appSettings } from "../../server/app_settings.ts";
import type { Config } from "../../server/config.ts";
import type { LogFormat } from "../../server/logger.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import type { HostMetrics } from "./host_metrics.ts";
import { httpsImageFetcher } from "./fetch_image/https_image_fetcher.ts";
import { pageWithBundle } from "./page_bundle.ts";

/** App options that Deno, Node and Bun set differently. */
export interface HostAppOptions {
  /** Returns the IP address of the client's connection. */
  readonly peerAddress: (context: Context) => string | undefined;
  /** Format of log lines if the setting `LOG` is unset. */
  readonly logFormat: LogFormat;
  /** Metrics of the server. Unset: the server has no metrics. */
  readonly metrics?: HostMetrics | undefined;
}

/**
 * Creates the app that answers requests on Deno, Node and Bun. This app can fetch images by their
 * URLs.
 */
export function hostApp(
  config: Config,
  registry: ModelRegistry,
  { peerAddress, logFormat, metrics }: HostAppOptions,
): Hono<AppEnv> {
  return createApp({
    ...appSettings(config, logFormat),
    registry,
    metrics,
    hasOpenMetrics: config.METRICS === "open",
    page: config.PAGE === "on" && pageWithBundle(config.PAGE_BUNDLE),
    clientAddress: (context) =>
      forwardedAddress(
        peerAddress(context),
        context.req.header("x-forwarded-for"),
        config.TRUSTED_PROXY,
      ),
    fetchImage: config.IMAGE_URLS === "on" ? imageFetcher(config) : undefined,
  });
}

function imageFetcher(config: Config): ImageFetcher {
  return httpsImageFetcher({
    maxBytes: config.MAX_BYTES,
    timeoutMs: config.IMAGE_URL_TIMEOUT_MS,
    allow: config.IMAGE_URL_ALLOW,
    deny: config.IMAGE_URL_DENY,
  });
}
