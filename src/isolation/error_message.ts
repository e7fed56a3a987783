import { DomainError, type ErrorCode } from "../core/domain_error.ts";

/**
 * Error as plain data that a worker can send. An `Error` object would lose its error code when it
 * is sent.
 */
export interface ErrorMessage {
  /** Code of a {@linkcode DomainError}, or null for any other error. */
  readonly code: ErrorCode | null;
  /** Message of a {@linkcode DomainError}, or the stack trace of any other error. */
  readonly message: string;
  /** Stack trace of the error's cause, for the log. Unset: the error has no cause. */
  readonly cause?: string;
}

/** Converts an error to a message that a worker can send. */
export function messageOf(error: unknown): ErrorMessage {
  if (!(error instanceof DomainError)) return { code: null, message: traceOf(error) };
  const { code, message, cause } = error;
  return { code, message, ...(cause === undefined ? {} : { cause: traceOf(cause) }) };
}

/** Converts a message from a worker back to an error. */
export function errorOf({ code, message, cause }: ErrorMessage): Error {
  return code === null ? new Error(message) : new DomainError(code, message, { cause });
}

function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
