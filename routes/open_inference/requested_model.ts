import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";
import { shorten } from "../http/problem.ts";
import { MODEL_VERSION } from "./model_metadata.ts";

/**
 * Returns the manifest of the model that the path of the request names.
 *
 * @throws {DomainError} `unknown-model` if the server does not have the model or the version.
 */
export function requestedModel(context: Context<AppEnv>, registry: ModelRegistry): Manifest {
  const { name = "", version = MODEL_VERSION } = context.req.param() as Record<string, string>;
  const manifest = registry.manifest(name);
  if (version === MODEL_VERSION) return manifest;
  throw new DomainError(
    "unknown-model",
    `Cannot use version "${shorten(version)}" of model "${name}" as there is only ${MODEL_VERSION}`,
  );
}
