import type { AppDeps } from "../../routes/app.ts";
import type { ImageLimits } from "../image/limits.ts";
import type { Config } from "./config.ts";
import { createLogger, type LogFormat } from "./logger.ts";

/** App options that every platform takes from the configuration. */
export type AppSettings = Pick<
  AppDeps,
  | ("maxBytes" | "log" | "logRequest" | "keys" | "keyRate" | "addressRate" | "origins")
  | ("maxHeaders" | "bodyTimeoutMs" | "bodyMemory" | "page")
>;

/**
 * Returns the app options of a configuration.
 *
 * @param format Format of log lines if the setting `LOG` is unset.
 */
export function appSettings(config: Config, format: LogFormat): AppSettings {
  const rate = (limit: number | undefined) =>
    limit === undefined ? undefined : { limit, windowMs: config.RATE_WINDOW * 1000 };
  return {
    ...createLogger(config.LOG ?? format),
    maxBytes: config.MAX_BYTES,
    keys: config.API_KEYS,
    keyRate: rate(config.KEY_RATE),
    addressRate: rate(config.ADDRESS_RATE),
    origins: config.CORS_ORIGINS,
    maxHeaders: config.MAX_HEADERS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
    bodyMemory: config.BODY_MEMORY,
    page: config.PAGE === "off" ? false : undefined,
  };
}

/** Returns the image limits of a configuration. */
export function imageLimits(config: Config): ImageLimits {
  return {
    maxBytes: config.MAX_BYTES,
    maxPixels: config.MAX_PIXELS,
    maxDecodedBytes: config.MAX_DECODED_BYTES,
  };
}
