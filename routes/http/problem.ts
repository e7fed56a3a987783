import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BusyError, DomainError, type ErrorCode } from "../../src/core/domain_error.ts";
import type { AppEnv } from "./app_env.ts";
import { ACCEPTED_CODINGS } from "./content_coding.ts";
import { problemForm } from "./error_form.ts";

/** Codes of errors that only occur in the HTTP routes, never in a detector. */
export type HttpCode =
  | "not-found"
  | "method-not-allowed"
  | "not-acceptable"
  | "unauthorized"
  | "too-many-requests"
  | "too-many-headers"
  | "request-timeout"
  | "expectation-failed"
  | "internal";

/** HTTP status and title of each error code. */
export const PROBLEMS: Readonly<
  Record<ErrorCode | HttpCode, readonly [ContentfulStatusCode, string]>
> = {
  "malformed-request": [400, "The request could not be read"],
  "unsupported-encoding": [415, "The content encoding is not supported"],
  "body-timeout": [408, "The body came too slowly"],
  "no-image": [400, "No image was sent"],
  "wrong-field": [400, "The image came in the wrong field"],
  "url-not-allowed": [403, "The URL may not be fetched"],
  "url-failed": [422, "The URL gave no image"],
  "not-an-image": [415, "The data is not an image"],
  "unsupported-format": [415, "The image format is not supported"],
  "truncated-image": [422, "The image ends too early"],
  "corrupt-image": [422, "The image is damaged"],
  "too-many-bytes": [413, "The image is too large"],
  "too-many-pixels": [413, "The image has too many pixels"],
  "too-many-tiles": [400, "The grid has too many tiles"],
  "invalid-option": [400, "An option is not valid"],
  "unknown-class": [400, "A class is not known to the model"],
  "unknown-model": [404, "The model is not known"],
  "unknown-token": [404, "The token is not known"],
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
  "not-found": [404, "There is nothing at this URL"],
  "method-not-allowed": [405, "The URL does not take this method"],
  "not-acceptable": [406, "The server cannot draw"],
  "unauthorized": [401, "A key is needed"],
  "too-many-requests": [429, "There were too many requests"],
  "too-many-headers": [431, "There are too many header fields"],
  "request-timeout": [408, "The request came too slowly"],
  "expectation-failed": [417, "The expectation cannot be met"],
  "internal": [500, "Something went wrong here"],
};

/** Header fields that tell a client when or how to retry, by error code. */
const ADVICE: Readonly<Partial<Record<ErrorCode, Record<string, string>>>> = {
  "body-timeout": { "connection": "close" }, // RFC 9110, section 15.5.9
  "busy": { "retry-after": "1" },
  "run-timeout": { "retry-after": "1" },
  "unsupported-encoding": { "accept-encoding": ACCEPTED_CODINGS }, // RFC 9110, section 15.5.16
  "worker-crashed": { "retry-after": "1" },
};

/**
 * Maximum characters of an error message. A message can be long because it quotes values from the
 * request.
 */
const MAX_DETAIL = 2000;

/**
 * Creates an error response.
 *
 * The body is a problem (JSON as in RFC 9457). The routes of other protocols use the error format
 * of their protocol.
 *
 * @param detail Message about this request: the reason and the remedy.
 * @param headers Further header fields of the response.
 */
export function problem(
  context: Context<AppEnv>,
  code: ErrorCode | HttpCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  context.set("problemCode", code);
  const [status, title] = PROBLEMS[code];
  const form = context.get("errorForm") ?? problemForm;
  const { contentType, json } = form({
    code,
    type: `${context.get("mountPath") ?? ""}/problems/${code}`,
    title,
    status,
    detail: shorten(detail, MAX_DETAIL),
    requestId: context.get("requestId"),
  });
  return context.json(json, status, { "content-type": contentType, ...headers });
}

/**
 * Creates the response to a thrown error.
 *
 * If the error is an `HTTPException`, returns the response in the exception. For a
 * {@linkcode DomainError}, the response contains the message; the cause of the error is only
 * logged. For any other error, the response contains the code `internal` without details.
 */
export function problemOf(
  context: Context<AppEnv>,
  error: Error,
  log: (error: Error, requestId: string) => void,
): Response {
  if (error instanceof HTTPException) return error.getResponse();
  if (error instanceof DomainError) {
    if (error.cause !== undefined) log(error, context.get("requestId"));
    const advice = error instanceof BusyError ? retryAfter(error) : ADVICE[error.code];
    return problem(context, error.code, error.message, advice);
  }
  log(error, context.get("requestId"));
  return problem(context, "internal", "The server failed on this request and logged the error.");
}

/**
 * Returns the error of one image of a batch as plain data. The response to a batch has status 200,
 * even if some images fail.
 */
export function problemData(
  context: Context<AppEnv>,
  error: unknown,
  log: (error: Error, requestId: string) => void,
): Record<string, unknown> {
  const isKnown = error instanceof DomainError;
  const requestId = context.get("requestId");
  if (!isKnown || error.cause !== undefined) log(error as Error, requestId);
  const code = isKnown ? error.code : "internal";
  const [status, title] = PROBLEMS[code];
  const detail = isKnown ? shorten(error.message, MAX_DETAIL) : "The server logged the error.";
  return {
    type: `${context.get("mountPath") ?? ""}/problems/${code}`,
    title,
    status,
    detail,
    code,
  };
}

/**
 * Responds with the status and title of an error code. The field `type` of each error response is a
 * link to the description of its code.
 */
export function describeProblem(context: Context<AppEnv>, code: string): Response {
  if (!Object.hasOwn(PROBLEMS, code)) {
    return problem(context, "not-found", `There is no problem "${code}".`);
  }
  const [status, title] = PROBLEMS[code as ErrorCode | HttpCode];
  return context.json({ code, status, title });
}

/**
 * Shortens a value for an error message, because the values that a client sends can have megabytes.
 */
export function shorten(value: string, maxLength = 100): string {
  return value.length <= maxLength ? value : `${value.slice(0, maxLength)}…`;
}

function retryAfter({ retryAfterMs }: BusyError): Record<string, string> {
  return { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
}
