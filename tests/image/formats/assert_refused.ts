import type { ErrorCode } from "../../../src/core/domain_error.ts";
import { readHeader } from "../../../src/image/formats/read_header.ts";
import { assertDomainError } from "../../testing.ts";

/**
 * Asserts that `readHeader()` refuses a file.
 *
 * @param words Parts of the expected message.
 */
export function assertRefused(
  bytes: Uint8Array,
  code: ErrorCode,
  ...words: readonly string[]
): void {
  assertDomainError(() => readHeader(bytes), code, ...words);
}
