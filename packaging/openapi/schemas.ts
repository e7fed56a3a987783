import { z } from "zod";
import { PROBLEMS } from "../../routes/http/problem.ts";
import { finishedSchema, headsSchema } from "../../src/manifest/manifest_schema.ts";
import { PRECISIONS } from "../../src/manifest/manifest.ts";
import { PROVIDERS } from "../../src/ports/session.ts";

// Schemas of the responses. `tests/openapi/answers_test.ts` compares them with real responses, so
// they are strict. The document allows unknown fields, because later versions may add some.

const CODES = Object.keys(PROBLEMS);
const milliseconds = z.number().min(0).meta({ description: "Milliseconds" });
const pixels = z.number().min(0);
const count = z.int().min(0);
const precision = z.enum(PRECISIONS).meta({
  description: "Element type of most weights of the graph, if the manifest states it",
});

/** Error as a problem (RFC 9457). */
export const PROBLEM = z.strictObject({
  type: z.string().meta({
    description: "URL of the description of the code",
    format: "uri-reference",
  }),
  title: z.string().meta({ description: "Meaning of the code" }),
  status: z.int().min(400).max(599).meta({ description: "HTTP status" }),
  detail: z.string().meta({ description: "Reason and remedy for this request" }),
  code: z.enum(CODES).meta({ description: "Stable code for programs" }),
  requestId: z.string().meta({ description: "Id of the request, also in the log of the server" }),
}).meta({ id: "Problem", description: "Error as a problem (RFC 9457)" });

/** Error in the form of the Open Inference Protocol. */
export const INFERENCE_ERROR = z.strictObject({
  error: z.string().meta({ description: "Reason and remedy for this request" }),
  code: z.enum(CODES).meta({ description: "Stable code for programs" }),
  requestId: z.string().meta({ description: "Id of the request, also in the log of the server" }),
}).meta({ id: "InferenceError", description: "Error in the form of the Open Inference Protocol" });

/** Description of an error code. */
export const PROBLEM_TYPE = z.strictObject({
  code: z.enum(CODES),
  status: z.int(),
  title: z.string(),
}).meta({ id: "ProblemType", description: "Description of an error code" });

const box = z.strictObject({ xmin: pixels, ymin: pixels, xmax: pixels, ymax: pixels }).meta({
  description: "Edges in pixels of the upright image: x to the right, y downwards",
});

const bbox = z.array(pixels).length(4).optional().meta({
  description: "The same box as a list in the order of the option `boxes`",
});

const SUPPRESSED = z.strictObject({
  label: z.string(),
  classId: count,
  score: z.number().min(0).max(1).meta({ description: "Confidence before suppression" }),
  box,
  bbox,
  iou: z.number().min(0).max(1).meta({ description: "IoU with the detection" }),
}).meta({ id: "SuppressedCandidate", description: "Candidate that a detection suppressed" });

const EXPLANATION = z.strictObject({
  level: z.string().nullable().meta({ description: "Level of the feature pyramid, such as P3" }),
  stride: z.int().min(1).nullable().meta({ description: "Side of a cell in pixels of the input" }),
  cell: z.strictObject({ column: count, row: count }).nullable(),
  anchor: z.strictObject({
    index: count.meta({ description: "Index of the anchor in its cell" }),
    size: z.number().min(0).nullable().meta({ description: "Square root of the area" }),
    ratio: z.number().min(0).nullable().meta({ description: "Height divided by width" }),
  }),
  logit: z.number().nullable().meta({ description: "Null if the network returns scores" }),
  networkScore: z.number().min(0).max(1).meta({ description: "Score before soft-NMS" }),
  suppressedCount: count,
  suppressed: z.array(SUPPRESSED).max(16).meta({ description: "Best suppressed candidates" }),
}).meta({ id: "Explanation", description: "Origin of a detection in the network" });

const minScore = z.number().min(0).max(1).meta({
  description: "Minimum score threshold that the token works with",
});

const DETECTION = z.strictObject({
  label: z.string().meta({ description: "Name of the class" }),
  classId: count.meta({ description: "Index of the class in the labels of the model" }),
  score: z.number().min(0).max(1).meta({ description: "Confidence" }),
  box,
  bbox,
  explanation: EXPLANATION.optional(),
}).meta({ id: "Detection", description: "Detected object" });

/** Response of `POST /detect`. */
export const DETECT_RESULT = z.strictObject({
  model: z.string().meta({ description: "Model id" }),
  image: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).meta({
    description: "Size of the upright image in pixels",
  }),
  detections: z.array(DETECTION).meta({ description: "Detections, best score first" }),
  engine: z.strictObject({
    provider: z.enum(PROVIDERS),
    threads: z.int().min(1),
    precision: precision.optional(),
    codec: z.literal("native").optional().meta({
      description: "Codec that decodes JPEG files, if it is not WebAssembly",
    }),
  }),
  tiles: z.strictObject({
    columns: z.int().min(1),
    rows: z.int().min(1),
    views: z.int().min(1).meta({ description: "Runs of the model: tiles and the whole image" }),
  }).optional().meta({ description: "Tiles of the image, if the request had `tiles`" }),
  timing: z.strictObject({
    decode: milliseconds,
    preprocess: milliseconds,
    inference: milliseconds,
    postprocess: milliseconds,
    total: milliseconds,
  }).meta({ description: "Duration of each stage" }),
  token: z.string().optional().meta({ description: "Token for `POST /detect/{token}`" }),
  expires: z.string().optional().meta({
    description: "Time until which the token works",
    format: "date-time",
  }),
  minScore: minScore.optional(),
}).meta({ id: "DetectResult", description: "Detections in one image" });

const IMAGE_RESULT = z.strictObject({
  index: count.meta({ description: "Index of the image in the request" }),
  name: z.string().optional().meta({ description: "Name of the image, if the request has one" }),
  ...DETECT_RESULT.partial().shape,
  error: PROBLEM.omit({ requestId: true }).optional().meta({
    id: "ImageProblem",
    description: "Problem of this image, in place of the other fields",
  }),
}).meta({ id: "ImageResult", description: "Detections in one of several images, or its problem" });

/** Response of `POST /detect` to several images. */
export const DETECT_RESULTS = z.strictObject({
  // Optional, because a generator for Kotlin merges this schema with that of one image, and requires
  // the required fields of both.
  results: z.array(IMAGE_RESULT).optional().meta({
    description: "Results in the order of the images",
  }),
}).meta({ id: "DetectResults", description: "Detections in each of several images" });

/** Response of `POST /detect`. */
export const DETECT_OUTPUT = z.union([DETECT_RESULT, DETECT_RESULTS]).meta({
  id: "DetectOutput",
  description: "Detections in one image, or in each of several images",
});

/** Response of `POST /detect/{token}`. */
export const SELECT_RESULT = z.strictObject({
  model: z.string().meta({ description: "Model id" }),
  image: z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).meta({
    description: "Size of the upright image in pixels",
  }),
  detections: z.array(DETECTION).meta({ description: "Detections, best score first" }),
  minScore,
}).meta({ id: "SelectResult", description: "Detections from kept candidates" });

const MODEL_SUMMARY = z.strictObject({
  id: z.string(),
  labels: z.array(z.string().nullable()).meta({
    description: "Class names by class id; null for an id that the model never returns",
  }),
  input: z.strictObject({
    type: z.string(),
    shape: z.array(z.int().nullable()),
    resize: z.string(),
  }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/).meta({ description: "SHA-256 of the graph file" }),
  precision: precision.optional(),
  metrics: z.record(z.string(), z.number()).meta({ description: "Measured results, such as mAP" }),
  status: z.enum(["idle", "loading", "ready", "failed"]),
}).meta({ id: "ModelSummary", description: "Model of the server" });

/** Response of `GET /models`. */
export const MODEL_LIST = z.strictObject({
  default: z.string().meta({ description: "Id of the model of requests that name none" }),
  models: z.array(MODEL_SUMMARY),
}).meta({ id: "ModelList", description: "Models of the server" });

/** Response of `GET /models/{id}`. */
export const MANIFEST = z.union([headsSchema, finishedSchema]).meta({
  id: "Manifest",
  description: "Manifest of a model: its graph, and how images and results are converted",
});

/** Response of `GET /healthz`. */
export const ALIVE = z.strictObject({ status: z.literal("alive") });

/** Response of `GET /readyz`. */
export const READY = z.strictObject({ status: z.literal("ready") });

/** Response of `GET /v2`. */
export const SERVER_METADATA = z.strictObject({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
}).meta({ id: "ServerMetadata" });

const TENSOR_METADATA = z.strictObject({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int()).meta({ description: "Size of each dimension; -1: not fixed" }),
}).meta({ id: "TensorMetadata" });

/** Response of `GET /v2/models/{name}`. */
export const MODEL_METADATA = z.strictObject({
  name: z.string(),
  versions: z.array(z.string()),
  platform: z.string(),
  inputs: z.array(TENSOR_METADATA),
  outputs: z.array(TENSOR_METADATA),
}).meta({ id: "ModelMetadata" });

const TENSOR_CONFIG = z.strictObject({
  name: z.string(),
  data_type: z.string(),
  dims: z.array(z.int()),
}).meta({ id: "TensorConfig" });

/** Response of `GET /v2/models/{name}/config`. */
export const MODEL_CONFIG = z.strictObject({
  name: z.string(),
  platform: z.string(),
  backend: z.string(),
  max_batch_size: z.int(),
  input: z.array(TENSOR_CONFIG),
  output: z.array(TENSOR_CONFIG),
}).meta({ id: "ModelConfig", description: "Configuration of a model, as in NVIDIA Triton" });

/** Response of `GET /v2/models/{name}/ready`. */
export const MODEL_READY = z.strictObject({ name: z.string(), ready: z.literal(true) });

/** Response of `GET /v2/health/live`. */
export const LIVE = z.strictObject({ live: z.literal(true) });

/** Response of `GET /v2/health/ready`. */
export const SERVER_READY = z.strictObject({ ready: z.literal(true) });

/** Response of `POST /v2/repository/index`. */
export const REPOSITORY_INDEX = z.array(
  z.strictObject({
    name: z.string(),
    version: z.string(),
    state: z.enum(["READY", "UNAVAILABLE"]),
    reason: z.string(),
  }),
).meta({ id: "RepositoryIndex" });

/** Response of `POST /v2/models/{name}/infer`. */
export const INFER_RESULT = z.strictObject({
  id: z.string().optional().meta({ description: "Id that the request had" }),
  model_name: z.string(),
  model_version: z.string(),
  outputs: z.array(z.strictObject({
    name: z.enum(["boxes", "scores", "class_ids", "labels", "num_detections"]),
    datatype: z.enum(["FP32", "INT64", "BYTES", "INT32"]),
    shape: z.array(count),
    data: z.array(z.union([z.number(), z.string()])).optional(),
    parameters: z.strictObject({ binary_data_size: count }).optional(),
  })),
}).meta({ id: "InferResult", description: "Detections as tensors" });
