import { type Context, Hono } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { OPENAPI, REFERENCE, STYLE_HASH } from "./document.ts";

/** Paths of the OpenAPI document and of the page that shows this document. */
export const REFERENCE_PATHS: readonly string[] = ["/openapi.json", "/docs"];

/**
 * Value of the page's header `Content-Security-Policy`. The page may use only its own style sheet.
 */
const POLICY = [
  "default-src 'none'",
  `style-src '${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Creates the app that serves the OpenAPI document of the API, and a page that shows the document
 * to people.
 *
 * The document and the page are generated before deployment, from the schemas that validate the
 * requests. The page has no script and no further files, so it works offline and below any path. A
 * viewer from a library would add 0.8 to 3 MB of scripts.
 *
 * @param needsKey True if the server requires an API key.
 */
export function createReference(needsKey: boolean): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  app.get("/openapi.json", (context) => context.json(documentFor(context, needsKey)));
  app.get("/docs", (context) => context.html(REFERENCE));
  return app;
}

/**
 * Adds the header fields of the page to a response. One of the fields allows the page to use its
 * style sheet.
 */
export async function referenceHeaders(
  context: Context,
  next: () => Promise<void>,
): Promise<void> {
  await next();
  context.header("content-security-policy", POLICY);
}

/**
 * Returns the OpenAPI document for this server. Adds the path prefix below which another Hono app
 * has mounted this app. If the server requires an API key, the document says so.
 */
function documentFor(context: Context<AppEnv>, needsKey: boolean): Record<string, unknown> {
  const document: unknown = JSON.parse(
    OPENAPI,
    (name, value: unknown): unknown =>
      needsKey && name === "security" && Array.isArray(value)
        ? (value as unknown[]).filter(isKey)
        : value,
  );
  return {
    ...document as Record<string, unknown>,
    servers: [{ url: context.get("mountPath") || "/", description: "This server" }],
  };
}

/**
 * Returns true if a security requirement of OpenAPI names a key. `{}` means that no key is needed.
 */
function isKey(requirement: unknown): boolean {
  return typeof requirement === "object" && requirement !== null &&
    Object.keys(requirement).length > 0;
}
