// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type { ZodOpenApiResponseObject, ZodOpenApiResponsesObject } from "npm:zod-openapi@6.0.2";
import { PROBLEMS } from "../../routes/http/problem.ts";
import { INFERENCE_ERROR, PROBLEM } from "./schemas.ts";

/** Form of the error responses of a protocol. */
export interface ErrorSchema {
  /** Start of the names of shared responses. */
  readonly prefix: string;
  /** Media type of the responses. */
  readonly mediaType: string;
  /** Schema of their JSON. */
  readonly schema: z.ZodObject;
}

/** Form of the server's own API: problems (RFC 9457). */
const PROBLEM_ERRORS: ErrorSchema = {
  prefix: "",
  mediaType: "application/problem+json",
  schema: PROBLEM,
};

/** Form of the Open Inference Protocol. */
export const INFERENCE_ERRORS: ErrorSchema = {
  prefix: "Inference",
  mediaType: "application/json",
  schema: INFERENCE_ERROR,
};

/** Error code. */
export type Code = keyof typeof PROBLEMS;

/** Codes that every route may answer with, because the request itself is at fault. */
export const REQUEST_CODES: readonly Code[] = [
  "malformed-request",
  "request-timeout",
  "expectation-failed",
  "too-many-headers",
  "internal",
];

/** Codes of every route that needs an API key and has a rate limit. */
export const GUARDED_CODES: readonly Code[] = [
  ...REQUEST_CODES,
  "unauthorized",
  "too-many-requests",
];

/** Header fields of every response. */
export const COMMON_HEADERS = z.object({
  "X-Request-Id": z.string().meta({ description: "Id of the request" }),
});

const wait = { description: "Seconds until a retry is likely to succeed" };

/** Header fields of error responses, by status. */
const HEADERS: Readonly<Record<number, z.ZodObject>> = {
  401: COMMON_HEADERS.extend({
    "WWW-Authenticate": z.string().meta({ description: "Challenge (RFC 6750)" }),
  }),
  415: COMMON_HEADERS.extend({
    "Accept-Encoding": z.string().optional().meta({
      description: "Content codings that the server decodes, with unsupported-encoding",
    }),
  }),
  429: COMMON_HEADERS.extend({ "Retry-After": z.int().min(1).meta(wait) }),
  503: COMMON_HEADERS.extend({
    "Retry-After": z.int().min(1).optional().meta({
      description: `${wait.description}, with busy, run-timeout and worker-crashed`,
    }),
  }),
};

/**
 * Describes the error responses of an operation, by status.
 *
 * @param codes Error codes that the operation answers with.
 * @param form Form of the responses.
 */
export function errorResponses(
  codes: readonly Code[],
  form: ErrorSchema = PROBLEM_ERRORS,
): ZodOpenApiResponsesObject {
  const statuses = [...Map.groupBy(codes, (code) => PROBLEMS[code][0])];
  return Object.fromEntries(
    statuses.sort(([a], [b]) => a - b).map(([status, own]) => [
      status,
      errorResponse(status, own, form),
    ]),
  );
}

/** Responses that the operations share, by name. */
const SHARED = new Map<string, ZodOpenApiResponseObject>();

function errorResponse(
  status: number,
  codes: readonly Code[],
  { prefix, mediaType, schema }: ErrorSchema,
): ZodOpenApiResponseObject {
  const id = nameOf(codes, prefix);
  const shared = id && SHARED.get(id);
  if (shared) return shared;
  const response: ZodOpenApiResponseObject = {
    ...(id && { id }),
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join(". ") + ".",
    headers: HEADERS[status] ?? COMMON_HEADERS,
    content: {
      [mediaType]: { schema: "code" in schema.shape ? withCodes(schema, codes) : schema },
    },
  };
  if (id) SHARED.set(id, response);
  return response;
}

/**
 * Returns the name of the response to codes of one status, such as `Unauthorized`. Returns an empty
 * string if there are more than three: such a response is not shared.
 */
function nameOf(codes: readonly Code[], prefix: string): string {
  if (codes.length > 3) return "";
  const names = codes.map((code) =>
    code.replaceAll(/(?:^|-)(\w)/g, (_, first: string) => first.toUpperCase())
  );
  return prefix + names.join("Or");
}

/** Narrows an error schema to some codes. */
function withCodes(schema: z.ZodObject, codes: readonly Code[]) {
  return z.intersection(schema, z.looseObject({ code: z.enum(codes) }));
}
