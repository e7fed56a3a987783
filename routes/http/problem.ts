import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { DomainError, type ErrorCode } from "../../src/core/domain_error.ts";
import type { AppEnv } from "./app_env.ts";
import { shorten } from "./shorten.ts";

/** Codes that only HTTP knows. */
type HttpCode =
  | "not-found"
  | "method-not-allowed"
  | "unauthorized"
  | "too-many-requests"
  | "too-many-headers"
  | "internal";

/** What each code becomes over HTTP. */
const PROBLEMS: Record<ErrorCode | HttpCode, readonly [ContentfulStatusCode, string]> = {
  "malformed-request": [400, "The request could not be read"],
  "body-timeout": [408, "The body came too slowly"],
  "no-image": [400, "No image was sent"],
  "wrong-field": [400, "The image came in the wrong field"],
  "url-not-allowed": [403, "The address may not be fetched"],
  "url-failed": [422, "The address gave no image"],
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
  "decode-timeout": [422, "The image took too long to decode"],
  "run-timeout": [503, "The engine took too long"],
  "worker-crashed": [503, "The worker broke down"],
  "client-gone": [408, "The client is gone"],
  "inference-failed": [503, "The engine failed"],
  "manifest-invalid": [503, "The model's manifest is not valid"],
  "graph-mismatch": [503, "The model does not match its manifest"],
  "engine-unavailable": [503, "The engine is not available"],
  "busy": [503, "The server is busy"],
  "not-found": [404, "There is nothing at this address"],
  "method-not-allowed": [405, "The address does not take this method"],
  "unauthorized": [401, "A key is needed"],
  "too-many-requests": [429, "There were too many requests"],
  "too-many-headers": [431, "There are too many header fields"],
  "internal": [500, "Something went wrong here"],
};

/** Characters of a detail: an answer is never as long as what a client made up. */
const MAX_DETAIL = 2000;

/**
 * An answer of type `application/problem+json` (RFC 9457); below `/v2` in the form of the Open
 * Inference Protocol, with the code beside it.
 */
export function problem(
  context: Context<AppEnv>,
  code: ErrorCode | HttpCode,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  const [status, title] = PROBLEMS[code];
  const requestId = context.get("requestId");
  const text = shorten(detail, MAX_DETAIL);
  if (context.get("isOpenInference")) {
    return context.json({ error: text, code, requestId }, status, headers);
  }
  const body = { type: `/problems/${code}`, title, status, detail: text, code, requestId };
  return context.json(body, status, { "content-type": "application/problem+json", ...headers });
}

/** What a client should do next, where its status has a way to say it. */
const ADVICE: Partial<Record<ErrorCode, Record<string, string>>> = {
  "body-timeout": { "connection": "close" }, // RFC 9110, section 15.5.9
  "busy": { "retry-after": "1" },
  "run-timeout": { "retry-after": "1" },
  "worker-crashed": { "retry-after": "1" },
};

/** The answer to an error; what nobody foresaw is logged and told to nobody. */
export function problemOf(
  context: Context<AppEnv>,
  error: Error,
  log: (error: Error, requestId: string) => void,
): Response {
  if (error instanceof DomainError) {
    if (error.cause !== undefined) log(error, context.get("requestId"));
    return problem(context, error.code, error.message, ADVICE[error.code]);
  }
  log(error, context.get("requestId"));
  return problem(context, "internal", "The server failed on this request; it was logged there.");
}

/** What a problem's `type` leads to: its code, its status and its title. */
export function describeProblem(context: Context<AppEnv>, code: string): Response {
  if (!Object.hasOwn(PROBLEMS, code)) {
    return problem(context, "not-found", `There is no problem "${code}".`);
  }
  const [status, title] = PROBLEMS[code as ErrorCode];
  return context.json({ code, status, title });
}
