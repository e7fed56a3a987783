import type { Context, Next } from "hono";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/**
 * Refuses a request in which the HTTP server has found a fault. The app sends the error response
 * instead of the HTTP server. The error thus has the usual JSON, a request id and a log line.
 */
export async function requestFault(
  context: Context<AppEnv>,
  next: Next,
): Promise<Response | void> {
  const fault = requestFacts(context).fault;
  if (fault === undefined) return await next();
  return problem(context, fault.code, fault.detail, { connection: "close" });
}
