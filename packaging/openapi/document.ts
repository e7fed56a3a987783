// deno-lint-ignore-file no-import-prefix -- the generator is a tool of this folder alone
import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOverride,
  type ZodOpenApiPathsObject,
} from "npm:zod-openapi@6.0.2";
import { VERSION } from "../../src/core/version.ts";
import { DIALECT_PATHS } from "./dialect_paths.ts";
import { OPEN_INFERENCE_PATHS } from "./open_inference_paths.ts";
import { PATHS } from "./paths.ts";

/** OpenAPI document. */
export type OpenApiDocument = ReturnType<typeof createDocument>;

const DESCRIPTION = `Finds objects in images.

Errors are problems (RFC 9457) with a stable \`code\`. The routes of other protocols have the error
form of their protocol. Every response has an \`X-Request-Id\`.`;

/** Builds the OpenAPI document from the schemas that validate the requests. */
export function openApiDocument(): OpenApiDocument {
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "retinanet-edge",
      version: VERSION,
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This server" }],
    tags: [
      { name: "Detection", description: "Objects in an image" },
      { name: "Models", description: "Models of the server" },
      { name: "Health", description: "Checks for load balancers; they need no key" },
      { name: "Errors", description: "Meaning of the error codes" },
      { name: "Open Inference Protocol", description: "Version 2 of the protocol, over REST" },
      { name: "Hugging Face", description: "Inference API, task object-detection" },
      { name: "Roboflow", description: "Roboflow Inference, for inference_sdk" },
      { name: "Cloud Vision", description: "Google Cloud Vision, feature OBJECT_LOCALIZATION" },
      { name: "COCO", description: "COCO results" },
    ],
    security: [{}, { bearer: [] }, { apiKey: [] }],
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "API key, if the server has keys" },
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "X-API-Key",
          description: "API key, if the server has keys",
        },
        roboflowKey: {
          type: "apiKey",
          in: "query",
          name: "api_key",
          description: "API key as Roboflow's client sends it; also the field `api_key` of JSON",
        },
        googleKey: {
          type: "apiKey",
          in: "header",
          name: "X-Goog-Api-Key",
          description: "API key as clients of Google send it; also the query parameter `key`",
        },
      },
    },
    paths: joined(PATHS, OPEN_INFERENCE_PATHS, DIALECT_PATHS),
  }, { override, allowEmptySchema: { custom: true } });
}

/** Joins paths. A path may be in several of them, with different methods. */
function joined(...all: readonly ZodOpenApiPathsObject[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const [path, item] of all.flatMap((each) => Object.entries(each))) {
    paths[path as `/${string}`] = { ...paths[path as `/${string}`], ...item };
  }
  return paths;
}

/**
 * Allows unknown fields in responses, because later versions may add some. Describes a chain of
 * schemas (`pipe`) in requests by all of its links, not only by the first.
 */
const override: ZodOpenApiOverride = ({ jsonSchema, zodSchema, io }) => {
  if (io === "output") delete jsonSchema.additionalProperties;
  else refine(jsonSchema as z.core.JSONSchema.BaseSchema, zodSchema);
  flattenTuple(jsonSchema as z.core.JSONSchema.BaseSchema);
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  // Generators of clients take a constant for a text, whatever its type.
  if (jsonSchema.const !== undefined && typeof jsonSchema.const !== "string") {
    delete jsonSchema.const;
  }
};

function refine(jsonSchema: z.core.JSONSchema.BaseSchema, zodSchema: z.core.$ZodType): void {
  if (zodSchema instanceof z.ZodPipe) Object.assign(jsonSchema, chained(zodSchema));
}

/**
 * Describes a tuple of equal elements as an array of fixed length. Many tools for OpenAPI do not
 * know tuples (`prefixItems`).
 */
function flattenTuple(jsonSchema: z.core.JSONSchema.BaseSchema): void {
  const { prefixItems } = jsonSchema;
  if (prefixItems === undefined) return;
  const { length } = prefixItems;
  if (new Set(prefixItems.map((each) => JSON.stringify(each))).size > 1) return;
  delete jsonSchema.prefixItems;
  Object.assign(jsonSchema, { items: prefixItems[0], minItems: length, maxItems: length });
}

/** Merges the JSON schemas of a chain. A value must match all of them. */
function chained(schema: z.core.$ZodType): z.core.JSONSchema.BaseSchema {
  if (schema instanceof z.ZodTransform) return {};
  if (!(schema instanceof z.ZodPipe)) {
    const { $schema: _, minimum, maximum, ...own } = z.toJSONSchema(schema, {
      io: "input",
      unrepresentable: "any",
      override: (each) => {
        refine(each.jsonSchema, each.zodSchema);
        flattenTuple(each.jsonSchema);
      },
    });
    return {
      ...own,
      ...(minimum !== Number.MIN_SAFE_INTEGER && minimum !== undefined && { minimum }),
      ...(maximum !== Number.MAX_SAFE_INTEGER && maximum !== undefined && { maximum }),
    };
  }
  const [first, then] = [chained(schema.in), chained(schema.out)];
  const isWhole = first.type === "integer" && then.type === "number";
  return { ...first, ...then, ...(isWhole && { type: "integer" }) };
}
