import type { AppDeps } from "../../routes/app.ts";
import { HEALTH_PATHS } from "../../routes/paths.ts";
import type { Config } from "./config.ts";
import { createLogger, type LogFormat, type Logger } from "./logger.ts";

/** App options that every platform takes from the configuration. */
export type AppSettings = Pick<
  AppDeps,
  | ("maxBytes" | "log" | "logRequest" | "keys" | "keyRate" | "addressRate" | "origins")
  | (
    | "maxHeaders"
    | "bodyTimeoutMs"
    | "bodyMemory"
    | "maxDrawingSide"
    | "maxBatch"
    | "maxBatchBytes"
    | "keepMemory"
    | "keepMs"
    | "page"
  )
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
    ...withoutHealth(createLogger(config.LOG ?? format), config.LOG_HEALTH === "on"),
    maxBytes: config.MAX_BYTES,
    keys: config.API_KEYS,
    keyRate: rate(config.KEY_RATE),
    addressRate: rate(config.ADDRESS_RATE),
    origins: config.CORS_ORIGINS,
    maxHeaders: config.MAX_HEADERS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
    bodyMemory: config.BODY_MEMORY,
    maxDrawingSide: config.MAX_DRAWING_SIDE,
    maxBatch: config.MAX_BATCH,
    maxBatchBytes: config.MAX_BATCH_BYTES,
    keepMemory: config.KEEP_MEMORY,
    keepMs: config.KEEP_MS,
    page: config.PAGE === "off" ? false : undefined,
  };
}

/**
 * Returns a logger that does not log health checks. Most requests of an idle server are health
 * checks.
 */
function withoutHealth(logger: Logger, logsHealth: boolean): Logger {
  const { logRequest } = logger;
  if (logRequest === undefined || logsHealth) return logger;
  return {
    ...logger,
    logRequest: (line) => {
      if (!HEALTH_PATHS.includes(line.path)) logRequest(line);
    },
  };
}
