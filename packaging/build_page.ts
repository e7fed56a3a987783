// deno-lint-ignore-file no-import-prefix -- the bundler is a tool of this folder alone
import { build, stop } from "npm:esbuild@0.28.2";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { ROOT } from "./tools.ts";

/** Module that {@linkcode pageModule} generates. */
export const PAGE_MODULE = new URL("routes/page/document.ts", ROOT);

/**
 * Builds the page from the folder `page`: one HTML document that contains its style sheet and its
 * script, so that it needs no other file and works below any path.
 *
 * @returns Source of the module that contains the document.
 */
export async function pageModule(): Promise<string> {
  const [html, icon] = await Promise.all([read("index.html"), read("icon.svg")]);
  const style = await bundled("page/page.css");
  const script = await bundled("page/main.ts");
  const href = `data:image/svg+xml,${encodeURIComponent(icon.replaceAll(/>\s+</g, "><").trim())}`;
  const document = html
    .replaceAll(/\n\s*/g, "\n")
    .replaceAll('"icon.svg"', `"${href}"`)
    .replace('<link rel="stylesheet" href="page.css">', () => `<style>${style}</style>`)
    .replace(' src="main.ts">', () => `>${script}`);
  return `// Generated from the folder page by \`deno task page\`.

/** Page as HTML, with its style sheet and its script. */
export const DOCUMENT: string =
  ${JSON.stringify(document)};

/** Hash of the document. */
export const DOCUMENT_HASH = ${JSON.stringify(hashOf(document))};

/** Content-Security-Policy hash of the style sheet. */
export const STYLE_HASH = ${JSON.stringify(hashOf(style))};

/** Content-Security-Policy hash of the script. */
export const SCRIPT_HASH = ${JSON.stringify(hashOf(script))};
`;
}

/** Module that {@linkcode reportModule} generates. */
export const REPORT_MODULE = new URL("src/commands/output/report/assets.ts", ROOT);

/** Bundles the style sheet and the script of the report that `retinanet-edge detect` writes. */
export async function reportModule(): Promise<string> {
  const style = await bundled("page/report/report.css");
  const script = await bundled("page/report/main.ts");
  return `// Generated from the folder page/report by \`deno task page\`.

/** Style sheet of the report. */
export const STYLE: string =
  ${JSON.stringify(style)};

/** Script of the report. */
export const SCRIPT: string =
  ${JSON.stringify(script)};

/** Content-Security-Policy hash of the style sheet. */
export const STYLE_HASH = ${JSON.stringify(hashOf(style))};

/** Content-Security-Policy hash of the script. */
export const SCRIPT_HASH = ${JSON.stringify(hashOf(script))};
`;
}

/** Bundles a file of the page for the browsers of `packaging/bundle_browser.ts`. */
async function bundled(entry: string): Promise<string> {
  try {
    const { outputFiles: [file] } = await build({
      absWorkingDir: fileURLToPath(ROOT),
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: "esm",
      minify: true,
      target: ["chrome120", "firefox121", "safari17"],
      logLevel: "warning",
    });
    // Without line breaks at its edges, which the document would lose, and the hash with them.
    return file!.text.trim();
  } finally {
    await stop();
  }
}

function read(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`page/${name}`, ROOT));
}

/** Returns the hash of an inline element, as Content Security Policy Level 3 writes it. */
function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

if (import.meta.main) {
  await Deno.writeTextFile(PAGE_MODULE, await pageModule());
  await Deno.writeTextFile(REPORT_MODULE, await reportModule());
  console.log("The page is in routes/page/document.ts, the report's parts in src/commands.");
}
