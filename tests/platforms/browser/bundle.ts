import { bundleBrowser } from "../../../packaging/bundle_browser.ts";

let bundled: Promise<URL> | undefined;

/** URL of a folder with the bundle of the code as it is now; made once, gone with the tests. */
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
