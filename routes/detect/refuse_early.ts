import type { Context } from "hono";
import type { ModelRegistry } from "../../src/serving/model_registry.ts";
import type { AppEnv } from "../http/app_env.ts";

/**
 * Maximum bytes of a small body. Small bodies are always read, because a refusal before the body is
 * read closes the connection.
 */
const SMALL_BODY = 64 * 1024;

/**
 * Refuses a request before its body is read, if the queue of the model has no place for the client.
 * Small bodies are not refused early. A body without a declared length counts as large.
 *
 * @throws The error that the full queue of the model would throw.
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
