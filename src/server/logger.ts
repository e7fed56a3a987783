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
 * A logging library, which could remove secrets from log lines, is not needed, because a
 * `RequestLine` contains no secrets.
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
      : (line) =>
        write(asJson ? JSON.stringify({ level: levelOf(line.status), ...line }) : textOf(line)),
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

/** Severity of a log line. */
export type LogLevel = "info" | "warn" | "error";

/**
 * Formats a message about the server itself as one line of the log.
 *
 * @param format Setting `LOG`. The line is JSON only if the format is `json`. For other formats the
 *   line is text, because other programs may read the text that a starting server prints.
 */
export function messageLine(
  format: LogFormat | undefined,
  level: LogLevel,
  message: string,
): string {
  if (format !== "json") return message;
  return JSON.stringify({ level, time: new Date().toISOString(), message });
}

/**
 * Returns the level of a response: `error` for a bug, `warn` if the server cannot answer now.
 * Errors of clients have the level `info`, because these errors are not faults of the server.
 */
function levelOf(status: number): LogLevel {
  if (status < 500) return "info";
  return status === 500 ? "error" : "warn";
}

function textOf(line: RequestLine): string {
  const { time, method, path, status, ms, bytesIn, key, address, requestId, code } = line;
  const from = [address, key].filter((part) => part !== undefined).join(" ");
  const end = code === undefined ? requestId : `${requestId} ${code}`;
  return `${time} ${status} ${method} ${path} ${ms} ms ${bytesIn} B ${from || "-"} ${end}`;
}

/** Returns the stack of an error, followed by the stacks of its causes. */
function stackOf(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? String(error);
  if (cause === undefined) return own;
  return `${own}\nCaused by: ${cause instanceof Error ? stackOf(cause) : JSON.stringify(cause)}`;
}
