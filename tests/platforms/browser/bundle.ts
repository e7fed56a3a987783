import { bundleBrowser } from "../../../packaging/bundle_browser.ts";

let bundled: Promise<URL> | undefined;

/** Bundles the current code once per process. Returns the URL of a temporary folder. */
export function bundle(): Promise<URL> {
  return bundled ??= makeBundle();
}

async function makeBundle(): Promise<URL> {
  const path = await Deno.makeTempDir({ prefix: "browser_bundle_" });
  addEventListener("unload", () => Deno.removeSync(path, { recursive: true }));
  const folder = new URL(`file://${path}/`);
  await bundleBrowser(folder);
  return folder;
}
