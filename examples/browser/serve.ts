import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Hono } from "hono";
import { bundleBrowser } from "../../packaging/bundle_browser.ts";
import { createPage, PAGE_PATHS, pageHeaders } from "../../routes/page/app.ts";
import { pageWithBundle } from "../../src/platforms/host/page_bundle.ts";

/**
 * Serves the page of the server without the server's API: the detector runs in the browser.
 *
 * @param bundle URL of the folder with the bundle.
 */
export function demoApp(bundle: URL): Hono {
  const app = new Hono();
  for (const path of PAGE_PATHS) app.use(path, pageHeaders);
  app.route("/", createPage({ ...pageWithBundle(fileURLToPath(bundle)), hasApi: false }));
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
