import { Hono } from "hono";
import { getConnInfo, handle } from "hono/aws-lambda";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/**
 * Entry for AWS Lambda. Accepts requests from function URLs, API Gateway (payload formats 1.0 and
 * 2.0) and load balancers.
 *
 * The models load at the first request, and run on the thread that answers requests.
 */
export const handler: ReturnType<typeof handle> = handle(
  new Hono<{ Bindings: object }>().all("*", ({ req, env }) => app.fetch(req.raw, env)),
);

/**
 * Loads the models. Call this function in the start-up phase of your Lambda function, to make the
 * first request faster.
 */
export function start(): Promise<void> {
  return app.start();
}
