import { DomainError } from "../core/domain_error.ts";

/** What an encoded picture is refused with that is too long. */
export function tooManyBytes(maxBytes: number, found: number): DomainError {
  return new DomainError(
    "too-many-bytes",
    `Cannot read image as it must have at most ${maxBytes} bytes: current value is ${found}`,
  );
}
