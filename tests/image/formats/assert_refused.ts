import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DomainError, type ErrorCode } from "../../../src/core/domain_error.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";

/** Asserts that the header is refused with this code and a message that holds each of the words. */
export function assertRefused(
  bytes: Uint8Array,
  code: ErrorCode,
  ...words: readonly string[]
): void {
  const error = assertThrows(() => readHeader(bytes), DomainError);
  assertEquals(error.code, code, error.message);
  for (const word of words) assertStringIncludes(error.message, word);
}
