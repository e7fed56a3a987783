import { Hono } from "hono";
import type { DetectDeps } from "../detect/handler.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { Dialect } from "../http/dialect.ts";
import type { ClientError, ErrorBody } from "../http/error_form.ts";
import { annotate } from "./annotate.ts";
import { STATUS_NAMES } from "./status_names.ts";

/** Routes of the Google Cloud Vision API, version 1, for the feature `OBJECT_LOCALIZATION`. */
export const vision: Dialect<DetectDeps> = {
  name: "Cloud Vision API",
  entry: "/v1/images:annotate",
  methods: { "/v1/:method{images:annotate}": "POST" },
  openPaths: [],
  headers: [],
  errorForm: visionErrorForm,
  keyPlaces: { query: "key", header: "X-Goog-Api-Key" },
  createApp,
};

/**
 * Converts an error to the JSON of Google APIs. Adds the error code of this server and the request
 * id.
 */
function visionErrorForm({ code, status, detail, requestId }: ClientError): ErrorBody {
  const name = STATUS_NAMES[status] ?? "UNKNOWN";
  const error = { code: status, message: detail, status: name, details: [{ code, requestId }] };
  return { contentType: "application/json", json: { error } };
}

function createApp(deps: DetectDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.post("/v1/:method{images:annotate}", (context) => annotate(context, deps));
  return app;
}
