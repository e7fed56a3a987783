import type { Context } from "hono";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";

/** Maximum bytes of a body that is always read, because an early refusal closes the connection. */
const SMALL_BODY = 64 * 1024;

/**
 * Refuses a large image before its body is read, if the queue of its model is full for the client.
 * A body without a declared length counts as large.
 *
 * @throws The error of a full queue.
 */
export function refuseEarly(
  context: Context<AppEnv>,
  model: string,
  registry: Pick<ModelRegistry, "refusal">,
): void {
  const length = context.req.header("content-length");
  if (length !== undefined && Number(length) <= SMALL_BODY) return;
  const refusal = registry.refusal(model, context.get("client") ?? "");
  if (refusal !== null) throw refusal;
}
