import { DomainError } from "../../src/core/domain_error.ts";
import type { RequestOptions } from "./options.ts";

/**
 * Returns the options without those of drawings, because the response to several images is JSON.
 *
 * @param remedy Advice at the end of the error message.
 * @throws {DomainError} `invalid-option` if the client set an option of drawings.
 */
export function withoutDrawing(
  { format, overlay, side, ...options }: RequestOptions,
  remedy: string,
): Omit<RequestOptions, "format" | "overlay" | "side"> {
  const [asked] = Object.entries({ format, overlay, side })
    .find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return options;
  throw new DomainError(
    "invalid-option",
    `Cannot detect with "${asked}" as the response to a batch is JSON. ${remedy}`,
  );
}

/**
 * Returns the options of a request of `POST /detect` with several images.
 *
 * @throws {DomainError} `invalid-option` if the client asks for a drawing.
 */
export function severalOptions(
  { format, ...options }: RequestOptions,
): ReturnType<typeof withoutDrawing> {
  const isJson = format === undefined || format === "json";
  return withoutDrawing(isJson ? options : { ...options, format }, "Send one image");
}
