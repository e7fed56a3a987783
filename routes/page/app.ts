import { type Context, Hono } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { matchesEtag } from "../http/matches_etag.ts";
import { bundleResponse, type ReadBundle } from "./bundle.ts";
import { DOCUMENT, DOCUMENT_HASH, SCRIPT_HASH, STYLE_HASH } from "./document.ts";

/** Options of the page. */
export interface PageOptions {
  /**
   * Finds a file of the browser bundle, which lets the page run the detector in the browser. The
   * path is the name of a file, or `models/` and a name. Unset: the page uses only the detector of
   * the server.
   */
  readonly readBundle?: ReadBundle | undefined;
  /**
   * True if the server has an API. False: the page runs the detector only in the browser.
   *
   * @default true
   */
  readonly hasApi?: boolean | undefined;
}

/** Path of the browser bundle, relative to the path of the page. */
const BUNDLE = "/retinanet-edge/";

/** Paths of the page and of its browser bundle. */
export const PAGE_PATHS: readonly string[] = ["/", `${BUNDLE}*`];

/**
 * Value of `Content-Security-Policy`. The page may use only its own style sheet, its own script and
 * this server.
 */
const POLICY = [
  "default-src 'none'",
  `script-src 'self' '${SCRIPT_HASH}' 'wasm-unsafe-eval'`,
  `style-src '${STYLE_HASH}'`,
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Header fields of the page and its bundle. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  // Isolates the page from other origins. Browsers require this for the threads of the engine,
  // which share memory.
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(self)",
  "cache-control": "no-cache",
};

/**
 * Creates the app that serves a web page on which people choose a photo and see its detections.
 *
 * The page is a single HTML document, so it works below any path prefix.
 */
export function createPage(options: PageOptions = {}): Hono<AppEnv> {
  const { readBundle, hasApi = true } = options;
  const engines = [...hasApi ? ["server"] : [], ...readBundle ? ["browser"] : []].join(" ");
  const document = DOCUMENT.replace('data-engines="server"', `data-engines="${engines}"`);
  const etag = `"${DOCUMENT_HASH.slice("sha256-".length)}-${engines.replace(" ", "-")}"`;
  const app = new Hono<AppEnv>();
  app.get("/", (context) => {
    context.header("ETag", etag);
    return matchesEtag(context.req.header("if-none-match"), etag)
      ? context.body(null, 304)
      : context.html(document);
  });
  if (readBundle !== undefined) {
    app.get(`${BUNDLE}:path{.+}`, async (context, next) => {
      const path = context.req.param("path");
      return await bundleResponse(context, path, readBundle) ?? await next();
    });
  }
  return app;
}

/**
 * Adds the header fields of the web page to a response. One of the fields allows the page to run
 * its own script.
 */
export async function pageHeaders(context: Context, next: () => Promise<void>): Promise<void> {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
}
