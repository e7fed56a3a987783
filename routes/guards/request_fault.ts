import type { Context, Next } from "hono";
import { type AppEnv, requestFacts } from "../http/app_env.ts";
import { problem } from "../http/problem.ts";

/**
 * Refuses a request in which the HTTP server has found a fault. The app sends the error response,
 * not the server, so it has the usual JSON, request id and log line.
 */
export async function requestFault(
  context: Context<AppEnv>,
  next: Next,
): Promise<Response | void> {
  const fault = requestFacts(context).fault;
  if (fault === undefined) return await next();
  return problem(context, fault.code, fault.detail, { connection: "close" });
}
