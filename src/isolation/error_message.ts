import { DomainError, type ErrorCode } from "../core/domain_error.ts";

/** An error as a message. */
export interface ErrorMessage {
  /** Code of the error, or null for an unexpected one. */
  readonly code: ErrorCode | null;
  /** Text of the error; for an unexpected one, its stack trace. */
  readonly message: string;
  /** Stack trace of the cause, for the log. Unset: there is no cause. */
  readonly cause?: string;
}

/** Returns the message that stands for an error. */
export function messageOf(error: unknown): ErrorMessage {
  if (!(error instanceof DomainError)) return { code: null, message: traceOf(error) };
  const { code, message, cause } = error;
  return { code, message, ...(cause === undefined ? {} : { cause: traceOf(cause) }) };
}

/** Returns the error that a message stands for. */
export function errorOf({ code, message, cause }: ErrorMessage): Error {
  return code === null ? new Error(message) : new DomainError(code, message, { cause });
}

function traceOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
