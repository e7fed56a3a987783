import { DomainError } from "../../src/core/domain_error.ts";

/** Maximum number of images in one tensor. */
export const MAX_IMAGES = 16;

/** Returns a `malformed-request` error about the input tensor. */
export function malformed(why: string): DomainError {
  return new DomainError("malformed-request", `Cannot read tensor "image" as ${why}`);
}
