import type { RequestLine } from "../../routes/guards/request_log.ts";

/** How log lines look. */
export type LogFormat = "json" | "text" | "none";

/** Where requests and errors are told to. */
export interface Logger {
  /** A line for each request; none where the format is `none`. */
  readonly logRequest?: (line: RequestLine) => void;
  /** An error that nobody foresaw, with its stack, whatever the format. */
  readonly log: (error: Error, requestId: string) => void;
}

/**
 * Writes lines.
 *
 * Every field of a line is named in `RequestLine`, so there is nothing that would have to be taken
 * out again, which is what logging libraries are for.
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

/** The stack, and those of its causes. */
function stackOf(error: Error): string {
  const { cause } = error;
  const own = error.stack ?? String(error);
  if (cause === undefined) return own;
  return `${own}\nCaused by: ${cause instanceof Error ? stackOf(cause) : JSON.stringify(cause)}`;
}
