// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import { readFile } from "node:fs/promises";
import type { Plugin } from "npm:esbuild@0.28.2";

/** Where zod keeps what it is told: in a global, so that every zod of a page is told the same. */
const GLOBAL_CONFIG = /^export const globalConfig = .*;$/m;

/**
 * zod as a page needs it:
 *
 * - It compiles no JavaScript. It tries whether it may as soon as a schema is made, which a strict
 *   Content-Security-Policy reports. The page's own zod is left as it is.
 * - Its messages are English: those of the other languages are a quarter of a megabyte.
 */
export const zodForPages: Plugin = {
  name: "zod-for-pages",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ }, async ({ path }) => {
      const code = await readFile(path, "utf8");
      if (!GLOBAL_CONFIG.test(code)) throw new Error(`${path} keeps its configuration elsewhere`);
      const own = "export const globalConfig = { jitless: true };";
      return { contents: code.replace(GLOBAL_CONFIG, own) };
    });
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};
