/**
 * Stable codes of all errors that a caller can act on.
 *
 * A code never changes its meaning. Only `routes/` maps codes to HTTP statuses.
 */
export type ErrorCode =
  | "malformed-request"
  | "unsupported-encoding"
  | "body-timeout"
  | "no-image"
  | "wrong-field"
  | "url-not-allowed"
  | "url-failed"
  | "not-an-image"
  | "unsupported-format"
  | "truncated-image"
  | "corrupt-image"
  | "too-many-bytes"
  | "too-many-pixels"
  | "too-many-tiles"
  | "invalid-option"
  | "unknown-class"
  | "unknown-model"
  | "unknown-token"
  | "model-not-ready"
  | "model-too-large"
  | "inference-failed"
  | "decode-timeout"
  | "run-timeout"
  | "worker-crashed"
  | "client-gone"
  | "manifest-invalid"
  | "graph-mismatch"
  | "engine-unavailable"
  | "busy";

/**
 * Error with a stable code for programs and a message for people.
 *
 * The message names the action, the limit, the value found and the remedy. Clients receive the
 * message, so it must not contain file paths or stack traces.
 *
 * @example
 * ```ts
 * import { DomainError } from "./domain_error.ts";
 *
 * const error = new DomainError("too-many-pixels", "Cannot decode image: ...");
 * if (error.code !== "too-many-pixels") throw new Error(error.code);
 * ```
 */
export class DomainError extends Error {
  /** Name of the class, which `Error.prototype.toString()` prints before the message. */
  override readonly name = "DomainError";

  /**
   * Creates an error.
   *
   * @param code Stable code.
   * @param message Message for people.
   * @param options Cause of the error. The server logs the cause and does not send it to clients.
   */
  constructor(readonly code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Error with the code `busy`, and with the time after which the queue is likely to have room. */
export class BusyError extends DomainError {
  /**
   * Creates an error.
   *
   * @param retryAfterMs Milliseconds after which a retry is likely to succeed.
   */
  constructor(message: string, readonly retryAfterMs: number) {
    super("busy", message);
  }
}

/** Returns the error `client-gone`, which means that the client has cancelled the call. */
export function goneError(): DomainError {
  return new DomainError("client-gone", "Cannot detect as the client is gone");
}

/** Returns the error `model-not-ready`, which means that the detector has been closed. */
export function closedError(): DomainError {
  return new DomainError("model-not-ready", "Cannot detect as the detector was closed");
}

/**
 * Returns the error `too-many-bytes` for an encoded image that is too long.
 *
 * @param maxBytes Limit in bytes.
 * @param found Length of the image in bytes. If the length is unknown: the end of the error
 *   message.
 * @param action Action that failed, for the start of the message.
 */
export function tooManyBytes(
  maxBytes: number,
  found: number | string,
  action: "read" | "fetch" = "read",
): DomainError {
  const value = typeof found === "number" ? `current value is ${found}` : found;
  return new DomainError(
    "too-many-bytes",
    `Cannot ${action} image as it must have at most ${maxBytes} bytes: ${value}`,
  );
}
