import { type Context, Hono } from "hono";
import { VERSION } from "../../src/core/version.ts";
import { modelInfo } from "../../src/detect/model_info.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { DetectDeps } from "../detect/handler.ts";
import { readImageJson } from "../detect/read_image_json.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Dialect } from "../http/dialect.ts";
import type { ClientError, ErrorBody } from "../http/error_form.ts";
import { handleJson, handleModel } from "./infer.ts";
import { bodySecret, JSON_OPTIONS, readModelId } from "./read_request.ts";

const GET = "GET, HEAD";

/**
 * Routes of Roboflow Inference, for its client library `inference_sdk`. The routes serve the
 * versions v0 and v1 of this API.
 */
export const roboflow: Dialect<DetectDeps> = {
  name: "Roboflow Inference API",
  entry: "/infer/object_detection",
  methods: {
    "/info": GET,
    "/model/registry": GET,
    "/model/add": "POST",
    "/infer/object_detection": "POST",
    "/:model/:version{1}": "POST",
  },
  openPaths: ["/info"], // the client library requests this path without a key
  headers: [],
  errorForm: roboflowErrorForm,
  keyPlaces: { query: "api_key", bodyPaths: ["/infer/object_detection", "/model/add"] },
  createApp,
};

/**
 * Converts an error to the JSON of Roboflow Inference. Adds the error code of this server and the
 * request id.
 */
function roboflowErrorForm({ code, detail, requestId }: ClientError): ErrorBody {
  return { contentType: "application/json", json: { message: detail, code, requestId } };
}

function createApp(deps: DetectDeps): Hono<AppEnv> {
  const { registry } = deps;
  const app = new Hono<AppEnv>();
  app.get("/info", (context) => context.json(SERVER));
  app.get("/model/registry", (context) => context.json({ models: describeModels(registry) }));
  app.post("/model/add", (context) => addModel(context, deps));
  app.post("/infer/object_detection", (context) => handleJson(context, deps));
  app.post("/:model/:version{1}", (context) => handleModel(context, deps));
  return app;
}

/** Description of the server. Each server of this version has the same id. */
const SERVER = { name: "retinanet-edge", version: VERSION, uuid: `retinanet-edge-${VERSION}` };

/** Description of a model in the format of Roboflow Inference. */
interface ModelDescription {
  readonly model_id: string;
  readonly task_type: "object-detection";
  readonly batch_size: null;
  readonly input_width: number | null;
  readonly input_height: number | null;
}

function describeModels(registry: ModelRegistry): ModelDescription[] {
  return registry.models.map(({ manifest }) => {
    // Ignores dimensions of 3 or less: the batch and the channels are not sides of the image.
    const sides = modelInfo(manifest).input.shape.filter((side) => side !== null && side > 3);
    const [height = null, width = null] = sides.length === 2 ? sides : [];
    return {
      model_id: manifest.id,
      task_type: "object-detection",
      batch_size: null,
      input_width: width,
      input_height: height,
    };
  });
}

/**
 * Handles `POST /model/add`. All models of the server are always available, so the handler only
 * checks that the model exists. The client searches the response for the model id that it sent, so
 * the response also contains this id.
 */
async function addModel(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  using lease = deps.budget.lease(context.get("client") ?? "");
  const secret = bodySecret(context);
  const options = { ...JSON_OPTIONS, maxImages: 0, isImage: () => false, secret };
  const { json } = await readImageJson(context, deps, lease, options);
  await context.get("bodyKey")?.count();
  const { asked, id } = readModelId(json, deps.registry);
  const models = describeModels(deps.registry);
  const model = models.find(({ model_id }) => model_id === id)!;
  return context.json({
    models: asked === id ? models : [...models, { ...model, model_id: asked }],
  });
}
