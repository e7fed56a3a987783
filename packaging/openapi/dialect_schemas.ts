import { z } from "zod";
import { PROBLEMS } from "../../routes/http/problem.ts";

// Schemas of the responses of the dialects, as in schemas.ts.

const CODES = Object.keys(PROBLEMS);
const pixels = z.number().min(0);
const count = z.int().min(0);
const ours = {
  code: z.enum(CODES).meta({ description: "Stable code for programs" }),
  requestId: z.string().meta({ description: "Id of the request, also in the log of the server" }),
};

/** Error in the form of the Hugging Face Inference API. */
export const HUGGING_FACE_ERROR = z.strictObject({ error: z.string(), ...ours }).meta({
  id: "HuggingFaceError",
});

/** Error in the form of Roboflow Inference. */
export const ROBOFLOW_ERROR = z.strictObject({ message: z.string(), ...ours }).meta({
  id: "RoboflowError",
});

/** Error in the form of Google APIs. */
export const VISION_ERROR = z.strictObject({
  error: z.strictObject({
    code: z.int().meta({ description: "HTTP status" }),
    message: z.string(),
    status: z.string().meta({ description: "Name of the RPC code" }),
    details: z.array(z.strictObject(ours)),
  }),
}).meta({ id: "VisionError" });

/** Response of the Hugging Face Inference API. */
export const HUGGING_FACE_OBJECTS = z.array(
  z.strictObject({
    label: z.string(),
    score: z.number().min(0).max(1),
    box: z.strictObject({ xmin: count, ymin: count, xmax: count, ymax: count }).meta({
      description: "Edges in whole pixels of the upright image",
    }),
  }).meta({ id: "HuggingFaceObject" }),
);

/** Response of `GET /info`. */
export const ROBOFLOW_INFO = z.strictObject({
  name: z.string(),
  version: z.string(),
  uuid: z.string(),
}).meta({ id: "RoboflowInfo" });

/** Response of `GET /model/registry`. */
export const ROBOFLOW_MODELS = z.strictObject({
  models: z.array(z.strictObject({
    model_id: z.string(),
    task_type: z.literal("object-detection"),
    batch_size: z.int().nullable(),
    input_width: z.int().nullable(),
    input_height: z.int().nullable(),
  })),
}).meta({ id: "RoboflowModels" });

/** Response of `POST /infer/object_detection` for one image. */
export const ROBOFLOW_RESULT = z.strictObject({
  inference_id: z.string(),
  time: z.number().min(0).meta({ description: "Seconds" }),
  image: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }),
  predictions: z.array(z.strictObject({
    x: pixels.meta({ description: "Centre of the box in pixels" }),
    y: pixels.meta({ description: "Centre of the box in pixels" }),
    width: pixels,
    height: pixels,
    confidence: z.number().min(0).max(1),
    class: z.string(),
    class_id: count,
    detection_id: z.string(),
  })),
}).meta({ id: "RoboflowResult" });

const share = z.number().min(0).max(1);

/** Response of `POST /v1/images:annotate`. */
export const VISION_RESULT = z.strictObject({
  responses: z.array(z.strictObject({
    localizedObjectAnnotations: z.array(z.strictObject({
      mid: z.string(),
      name: z.string(),
      score: share,
      boundingPoly: z.strictObject({
        normalizedVertices: z.array(z.strictObject({ x: share, y: share })).length(4),
      }),
    })).optional(),
    error: z.strictObject({ code: z.int(), message: z.string() }).optional(),
  })),
}).meta({ id: "VisionResult" });

/** Response of `POST /coco/images/{id}`. */
export const COCO_RESULTS = z.array(
  z.strictObject({
    image_id: count,
    category_id: count,
    bbox: z.array(pixels).length(4).meta({ description: "Left, top, width, height, in pixels" }),
    score: share,
  }).meta({ id: "CocoResult" }),
);
