import { DomainError } from "../../src/core/domain_error.ts";

/** The error for a request that brings no image, with the ways in which it could. */
export function noImage(why: string): DomainError {
  return new DomainError(
    "no-image",
    `Cannot detect as ${why}. Send the image as the field "image" of a form, or as the body`,
  );
}
