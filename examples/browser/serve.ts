import { parseArgs } from "node:util";
import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import { bundleBrowser } from "../../packaging/bundle_browser.ts";

/** Isolates the page, so that threads can share memory, and allows only its own files. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; " +
    "worker-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' blob:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-cache",
};

/**
 * Serves the demo page.
 *
 * @param bundle URL of the folder with the bundle.
 */
export function demoApp(bundle: URL): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  });
  const prefix = "/retinanet-edge";
  app.use(
    `${prefix}/*`,
    serveStatic({ root: bundle.pathname, rewriteRequestPath: (path) => path.slice(prefix.length) }),
  );
  app.use(serveStatic({ root: new URL(".", import.meta.url).pathname }));
  return app;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      host: { type: "string", default: "127.0.0.1" },
      port: { type: "string", default: "8080" },
    },
  });
  const bundle = new URL("../../dist/browser/", import.meta.url);
  await bundleBrowser(bundle);
  Deno.serve({ hostname: values.host, port: Number(values.port) }, demoApp(bundle).fetch);
}
