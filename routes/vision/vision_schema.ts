import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";

/** Maximum number of images in one request, as in the Cloud Vision API. */
export const MAX_IMAGES = 16;

/**
 * Number of the feature type `OBJECT_LOCALIZATION`. Some clients send the number instead of the
 * name.
 */
const OBJECT_LOCALIZATION = 19;

/**
 * Schema of an integer. ProtoJSON, the JSON form of Protocol Buffers, lets clients write an integer
 * as a text, too, and null for a field that is unset.
 */
const INTEGER = z.union([
  z.int(),
  z.string().regex(/^\d{1,9}$/).transform(Number),
], "must be a whole number").pipe(z.number().min(0, "must be at least 0")).nullish();

const FEATURE = z.object({
  type: z.union([z.literal("OBJECT_LOCALIZATION"), z.literal(OBJECT_LOCALIZATION)], {
    error: 'must be "OBJECT_LOCALIZATION"',
  }),
  maxResults: INTEGER,
  // The name in the protocol's file, which ProtoJSON allows, too.
  max_results: INTEGER,
  model: z.string("must be a text").nullish(),
}, "must be an object");

const REQUEST = z.object({
  image: z.object({ content: z.string("must be the image in base64") }, {
    error: "must be an object",
  }),
  features: z.array(FEATURE, "must be a list").length(
    1,
    "must be one feature, OBJECT_LOCALIZATION",
  ),
}, { error: "must be an object" });

/** Schema of the JSON of a request. Other keys of the Cloud Vision API are ignored. */
export const VISION_JSON = z.object({
  requests: z.array(REQUEST, "must be a list").min(1, "must not be empty").max(
    MAX_IMAGES,
    `must be at most ${MAX_IMAGES} images`,
  ),
});

/** Request for one image. */
export type VisionRequest = z.infer<typeof REQUEST>;

/**
 * Checks the JSON of a request.
 *
 * @throws {DomainError} `invalid-option`. The message lists the invalid fields.
 */
export function checkVisionJson(json: Readonly<Record<string, unknown>>): VisionRequest[] {
  const parsed = VISION_JSON.safeParse(json);
  if (parsed.success) return parsed.data.requests;
  const faults = parsed.error.issues.slice(0, 8).map(({ path, message }) =>
    `"${path.join(".")}" ${message}`
  );
  throw new DomainError("invalid-option", `Cannot annotate as ${faults.join("; ")}`);
}
