import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../http/app_env.ts";

/** Key in `globalThis` under which an OpenTelemetry SDK registers itself for all packages. */
const SDK = Symbol.for("opentelemetry.js.api.1");

/**
 * Creates a middleware that traces requests if the program has registered an OpenTelemetry SDK.
 *
 * The package `@opentelemetry/api` is imported at the first request that is traced. Programs
 * without an SDK never load the package.
 */
export function requestTrace(): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    if (!canTrace()) return await next();
    const { traceRequest } = await import("./open_telemetry.ts");
    await traceRequest(context, next);
  };
}

/**
 * Sends the spans that the OpenTelemetry SDK has not sent yet. SDKs collect spans for seconds, and
 * lose them when the process exits. Does nothing if no SDK is registered.
 */
export async function flushTraces(): Promise<void> {
  if (!canTrace()) return;
  const { flush } = await import("./open_telemetry.ts");
  await flush();
}

/** Returns true if an SDK that records spans is registered. */
export function canTrace(): boolean {
  const sdk = Reflect.get(globalThis, SDK) as { readonly trace?: unknown } | undefined;
  return sdk?.trace !== undefined;
}
