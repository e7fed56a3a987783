// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import type {
  ZodOpenApiContentObject,
  ZodOpenApiOperationObject,
  ZodOpenApiResponseObject,
} from "npm:zod-openapi@6.0.2";
import {
  type Code,
  COMMON_HEADERS,
  errorResponses,
  type ErrorSchema,
  GUARDED_CODES,
} from "./responses.ts";

/** Codes of a model that cannot answer. */
export const MODEL_CODES: readonly Code[] = [
  ...["unknown-model", "model-not-ready", "model-too-large", "manifest-invalid"] as const,
  ...["graph-mismatch", "engine-unavailable"] as const,
];

/** Codes of every operation that detects objects in an image. */
export const IMAGE_CODES: readonly Code[] = [
  ...GUARDED_CODES,
  ...["no-image", "wrong-field", "invalid-option", "unknown-class", "too-many-tiles"] as const,
  ...["body-timeout", "client-gone", "too-many-bytes", "too-many-pixels"] as const,
  "not-an-image",
  ...["unsupported-format", "unsupported-encoding", "truncated-image", "corrupt-image"] as const,
  ...MODEL_CODES,
  ...["decode-timeout", "run-timeout", "worker-crashed", "inference-failed", "busy"] as const,
];

/** Header fields of a response with detections. */
export const RESULT_HEADERS = COMMON_HEADERS.extend({
  "Server-Timing": z.string().meta({ description: "Duration of each stage" }),
});

/** Header fields of a response with detections that may begin before the detection ends. */
export const SOME_RESULT_HEADERS = COMMON_HEADERS.extend({
  "Server-Timing": z.string().optional().meta({
    description: "Duration of each stage; missing in the response to several images",
  }),
});

/** Describes a JSON response. */
export function json(
  description: string,
  schema: z.ZodType,
  headers: z.ZodObject = COMMON_HEADERS,
): ZodOpenApiResponseObject {
  return { description, headers, content: { "application/json": { schema } } };
}

/** Describes a parameter in the path. */
export function pathText(description: string): z.ZodString {
  return z.string().min(1).meta({ description });
}

/** Describes an operation without a body. */
export function read(
  operationId: string,
  tag: string,
  summary: string,
  schema: z.ZodType,
  codes: readonly Code[],
  form?: ErrorSchema,
): ZodOpenApiOperationObject {
  return {
    operationId,
    tags: [tag],
    summary,
    responses: { 200: json("Success", schema), ...errorResponses(codes, form) },
  };
}

/** Describes an operation that needs no API key. */
export function open(
  operationId: string,
  summary: string,
  schema: z.ZodType,
  codes: readonly Code[],
  form?: ErrorSchema,
): ZodOpenApiOperationObject {
  return { ...read(operationId, "Health", summary, schema, codes, form), security: [] };
}

/** Operation with a body. */
export interface PostOperation extends Pick<ZodOpenApiOperationObject, "description" | "security"> {
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** Parameters of the path, the query and the headers. Unset: none. */
  readonly requestParams?: NonNullable<ZodOpenApiOperationObject["requestParams"]>;
  /** Content of the body by its media type. */
  readonly body: ZodOpenApiContentObject;
  /** True if the body may be missing. @default false */
  readonly isOptional?: boolean;
  /** Response of status 200. */
  readonly response: ZodOpenApiResponseObject;
  /** Error codes of the other responses. */
  readonly codes: readonly Code[];
  /** Form of the error responses. Unset: problems (RFC 9457). */
  readonly errors?: ErrorSchema;
}

/** Describes an operation with a body. */
export function post(
  { operationId, tag, summary, body, isOptional, response, codes, errors, ...rest }: PostOperation,
): ZodOpenApiOperationObject {
  return {
    operationId,
    tags: [tag],
    summary,
    ...rest,
    requestBody: { required: !isOptional, content: body },
    responses: { 200: response, ...errorResponses(codes, errors) },
  };
}
