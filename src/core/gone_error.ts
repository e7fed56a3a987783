import { DomainError } from "./domain_error.ts";

/** What a call ends with that was taken back. */
export function goneError(): DomainError {
  return new DomainError("client-gone", "Cannot detect as the client is gone");
}
