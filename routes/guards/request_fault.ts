import type { Context, Next } from "hono";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/**
 * Middleware that answers a request with the fault that the server found in it. So every refusal
 * has the form, the request id and the log line of the app.
 */
export async function requestFault(
  context: Context<AppEnv>,
  next: Next,
): Promise<Response | void> {
  const fault = requestFacts(context).fault;
  if (fault === undefined) return await next();
  return problem(context, fault.code, fault.detail, { connection: "close" });
}
