import type { RequestLine } from "../../routes/guards/request_log.ts";

/** Format of log lines. */
export type LogFormat = "json" | "text" | "none";

/** Functions that write the log of an app. */
export interface Logger {
  /** Logs a request. Unset if the format is `none`: requests are not logged. */
  readonly logRequest?: ((line: RequestLine) => void) | undefined;
  /** Logs an unexpected error with its stack, even if the format is `none`. */
  readonly log: (error: Error, requestId: string) => void;
}

/**
 * Creates the functions that write the log of an app.
 *
 * No logging library is needed. Such a library could hide secrets in log lines, but `RequestLine`
 * contains no secrets.
 *
 * @param write Writes one line of the log.
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

/** Returns the stack of an error, followed by the stacks of its causes. */
function stackOf(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? String(error);
  if (cause === undefined) return own;
  return `${own}\nCaused by: ${cause instanceof Error ? stackOf(cause) : JSON.stringify(cause)}`;
}
