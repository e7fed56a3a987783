import { Hono } from "hono";
import { getConnInfo, handle } from "hono/aws-lambda";
import { serverlessApp } from "./app.ts";

const app = serverlessApp({ peerAddress: (context) => getConnInfo(context).remote.address });

/**
 * Entry for AWS Lambda: function URLs, API Gateway (payload formats 1.0 and 2.0), load balancers.
 *
 * The models load with the first request, on the serving thread.
 */
export const handler: ReturnType<typeof handle> = handle(
  new Hono<{ Bindings: object }>().all("*", ({ req, env }) => app.fetch(req.raw, env)),
);

/** Loads the models while the function starts, instead of with the first request. */
export function start(): Promise<void> {
  return app.start();
}
