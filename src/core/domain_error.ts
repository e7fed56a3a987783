/**
 * The stable codes of everything that can go wrong for a reason a person can act on.
 *
 * A code never changes its meaning; only `routes/` knows which HTTP status it becomes.
 */
export type ErrorCode =
  | "malformed-request"
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
  | "invalid-option"
  | "unknown-class"
  | "unknown-model"
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
 * An error with a stable code and a message for the person who reads it.
 *
 * The message says what was asked, the limit, the value found and what to do. It is shown to
 * clients, so it holds no path and no stack.
 *
 * @example
 * ```ts
 * import { DomainError } from "./domain_error.ts";
 *
 * const error = new DomainError("too-many-pixels", "Cannot decode image: ...");
 * if (error.code !== "too-many-pixels") throw new Error("a code is kept as it is given");
 * ```
 */
export class DomainError extends Error {
  /** The class's name, as every error has it. */
  override readonly name = "DomainError";

  /** Builds an error of this code. */
  constructor(readonly code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What a call ends with that was taken back. */
export function goneError(): DomainError {
  return new DomainError("client-gone", "Cannot detect as the client is gone");
}
