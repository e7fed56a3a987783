import type { Context } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import type { DetectDeps } from "./handler.ts";
import { readBatch } from "./read_batch.ts";
import { refuseEarly } from "./refuse_early.ts";
import { respondResults } from "./respond_results.ts";

/**
 * Handles `POST /detect/batch`: reads several images and responds with one line of JSON for each,
 * as soon as the image is done.
 */
export async function detectBatch(context: Context<AppEnv>, deps: DetectDeps): Promise<Response> {
  const { registry, budget } = deps;
  const named = context.req.query("model");
  if (named !== undefined || registry.models.length === 1) {
    refuseEarly(context, named ?? registry.defaultModel, registry);
  }
  using lease = budget.lease(context.get("client") ?? "");
  const batch = await readBatch(context, deps, lease);
  return respondResults(context, deps, batch, lease, "lines");
}
