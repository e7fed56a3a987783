import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { DomainError, type ErrorCode } from "../src/core/domain_error.ts";

/** Codes that only HTTP knows. */
type HttpCode = "not-found" | "method-not-allowed" | "internal";

/** What each code becomes over HTTP. */
const PROBLEMS: Record<ErrorCode | HttpCode, readonly [ContentfulStatusCode, string]> = {
  "malformed-request": [400, "The request could not be read"],
  "no-image": [400, "No image was sent"],
  "wrong-field": [400, "The image came in the wrong field"],
  "not-an-image": [415, "The data is not an image"],
  "unsupported-format": [415, "The image format is not supported"],
  "truncated-image": [422, "The image ends too early"],
  "corrupt-image": [422, "The image is damaged"],
  "too-many-bytes": [413, "The image is too large"],
  "too-many-pixels": [413, "The image has too many pixels"],
  "invalid-option": [400, "An option is not valid"],
  "unknown-class": [400, "A class is not known to the model"],
  "unknown-model": [404, "The model is not known"],
  "model-not-ready": [503, "The model is not ready"],
  "model-too-large": [503, "The model does not fit the memory"],
  "inference-failed": [503, "The engine failed"],
  "manifest-invalid": [503, "The model's manifest is not valid"],
  "graph-mismatch": [503, "The model does not match its manifest"],
  "engine-unavailable": [503, "The engine is not available"],
  "not-found": [404, "There is nothing at this address"],
  "method-not-allowed": [405, "The address does not take this method"],
  "internal": [500, "Something went wrong here"],
};

/** An answer of type `application/problem+json` (RFC 9457). */
export function problem(
  context: Context,
  code: ErrorCode | HttpCode,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const [status, title] = PROBLEMS[code];
  const body = { type: `/problems/${code}`, title, status, detail, code };
  return context.json(body, status, { "content-type": "application/problem+json", ...headers });
}

/** The answer to an error; what nobody foresaw is logged and told to nobody. */
export function problemOf(context: Context, error: Error, log: (error: Error) => void): Response {
  if (error instanceof DomainError) {
    if (error.cause !== undefined) log(error);
    return problem(context, error.code, error.message);
  }
  log(error);
  return problem(context, "internal", "The server failed on this request; it was logged there.");
}

/** What a problem's `type` leads to: its code, its status and its title. */
export function describeProblem(context: Context, code: string): Response {
  if (!Object.hasOwn(PROBLEMS, code)) {
    return problem(context, "not-found", `There is no problem "${code}".`);
  }
  const [status, title] = PROBLEMS[code as ErrorCode];
  return context.json({ code, status, title });
}
