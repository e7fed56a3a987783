import type { Hono, MiddlewareHandler } from "hono";
import { coco } from "./coco/app.ts";
import type { DetectDeps } from "./detect/handler.ts";
import type { AppEnv } from "./http/app_env.ts";
import type { Dialect } from "./http/dialect.ts";
import { huggingFace } from "./hugging_face/app.ts";
import { openInference } from "./open_inference/app.ts";
import { roboflow } from "./roboflow/app.ts";
import { vision } from "./vision/app.ts";

/**
 * Dialects, each with the path prefix of its routes. A dialect serves the models of this app
 * through the HTTP API of another product, with its paths and JSON.
 */
export const DIALECTS: readonly (readonly [mount: string, dialect: Dialect<DetectDeps>])[] = [
  ["/v2", openInference],
  ["/", huggingFace],
  ["/", roboflow],
  ["/", vision],
  ["/", coco],
];

/** Header fields that only the dialects (routes of other HTTP protocols) use. */
export const DIALECT_HEADERS: readonly string[] = DIALECTS.flatMap(([, { headers }]) => headers);

/** Header fields in which clients of the dialects send API keys, beside the usual header fields. */
export const DIALECT_KEY_HEADERS: readonly string[] = DIALECTS.flatMap(([, { keyPlaces }]) =>
  keyPlaces?.header ?? []
);

/**
 * Prepares each request to the routes of a dialect (the HTTP API of another product). Stores the
 * function that builds error responses, and the places where clients of the dialect send API keys.
 */
export function enterDialect(
  app: Hono<AppEnv>,
  mount: string,
  dialect: Dialect<DetectDeps>,
): void {
  const { errorForm, keyPlaces, methods } = dialect;
  const enter: MiddlewareHandler<AppEnv> = (context, next) => {
    context.set("errorForm", errorForm);
    if (keyPlaces) context.set("keyPlaces", keyPlaces);
    return next();
  };
  if (mount !== "/") return void app.use(`${mount}/*`, enter);
  for (const [path, allow] of Object.entries(methods)) {
    // Hono handles HEAD as GET.
    app.on(allow.split(", ").filter((method) => method !== "HEAD"), path, enter);
  }
}

/** Joins the path prefix of a dialect and a path of the dialect. */
export function below(mount: string, path: string): string {
  return mount === "/" ? path : mount + path;
}
