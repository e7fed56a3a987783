import type { RequestLine } from "../../routes/guards/request_log.ts";

/** Format of log lines. */
export type LogFormat = "json" | "text" | "none";

/** Logging functions of an app. */
export interface Logger {
  /** Logs a request. Unset if the format is `none`. */
  readonly logRequest?: ((line: RequestLine) => void) | undefined;
  /** Logs an unexpected error with its stack, in every format. */
  readonly log: (error: Error, requestId: string) => void;
}

/**
 * Creates the logging functions of an app.
 *
 * A logging library is not needed: it would redact secrets from lines, and `RequestLine` has none.
 *
 * @param write Writes a line.
 */
export function createLogger(
  format: LogFormat,
  write: (line: string) => void = console.error,
): Logger {
  const asJson = format === "json";
  return {
    logRequest: format === "none"
      ? undefined
      : (line) => write(asJson ? JSON.stringify({ level: "info", ...line }) : textOf(line)),
    log(error, requestId) {
      const time = new Date().toISOString();
      const text = stackOf(error);
      write(
        asJson
          ? JSON.stringify({ level: "error", time, requestId, error: text })
          : `${time} ${requestId} ${text}`,
      );
    },
  };
}

function textOf(line: RequestLine): string {
  const { time, method, path, status, ms, bytesIn, key, address, requestId } = line;
  const from = [address, key].filter((part) => part !== undefined).join(" ");
  return `${time} ${status} ${method} ${path} ${ms} ms ${bytesIn} B ${from || "-"} ${requestId}`;
}

/** Returns the stack of an error, followed by those of its causes. */
function stackOf(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? String(error);
  if (cause === undefined) return own;
  return `${own}\nCaused by: ${cause instanceof Error ? stackOf(cause) : JSON.stringify(cause)}`;
}
