// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import type { Plugin } from "npm:esbuild@0.28.2";

/** zod's messages in forty languages are a quarter of a megabyte, of which one is used. */
export const englishOnly: Plugin = {
  name: "english-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};
