import { Hono } from "hono";
import { getConnInfo, handle } from "hono/aws-lambda";
import { isolateApp } from "./app.ts";

const app = isolateApp({ peerOf: (context) => getConnInfo(context).remote.address });

/**
 * The entry of AWS Lambda: function URLs, API Gateway (payloads 1.0 and 2.0), load balancers.
 *
 * The models load with the first request, on the thread that serves.
 */
export const handler: ReturnType<typeof handle> = handle(
  new Hono<{ Bindings: object }>().all("*", ({ req, env }) => app.fetch(req.raw, env)),
);

/** Loads the models ahead, as the function starts and not with the first request. */
export function start(): Promise<void> {
  return app.start();
}
