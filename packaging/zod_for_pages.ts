// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import { readFile } from "node:fs/promises";
import type { Plugin } from "npm:esbuild@0.28.2";

/** Declaration of zod's configuration, a global that all copies of zod in a page share. */
const GLOBAL_CONFIG = /^export const globalConfig = .*;$/m;

/**
 * esbuild plugin that adapts zod to pages:
 *
 * - Schemas are not compiled to JavaScript. zod probes for `eval` when a schema is created, and a
 *   strict Content-Security-Policy reports the probe. A zod of the page itself is not affected.
 * - Only English messages are bundled. The other languages take a quarter of a megabyte.
 */
export const zodForPages: Plugin = {
  name: "zod-for-pages",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ }, async ({ path }) => {
      const code = await readFile(path, "utf8");
      if (!GLOBAL_CONFIG.test(code)) throw new Error(`${path} must declare globalConfig`);
      const own = "export const globalConfig = { jitless: true };";
      return { contents: code.replace(GLOBAL_CONFIG, own) };
    });
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};
