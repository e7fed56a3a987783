import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DomainError, type ErrorCode } from "../../src/core/domain_error.ts";

/** Asserts that a call fails with this code and a message that holds each of the words. */
export function assertDomainError(
  call: () => unknown,
  code: ErrorCode,
  ...words: readonly string[]
): void {
  const error = assertThrows(call, DomainError);
  assertEquals(error.code, code, error.message);
  for (const word of words) assertStringIncludes(error.message, word);
}
