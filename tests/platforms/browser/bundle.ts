import { bundleBrowser } from "../../../packaging/bundle_browser.ts";
import { builtOnce } from "../../built_once.ts";

/** Bundles the current code for pages. Returns the URL of the bundle's folder. */
export function bundle(): Promise<URL> {
  return builtOnce("bundles", bundleBrowser);
}
