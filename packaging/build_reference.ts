import { createHash } from "node:crypto";
import { openApiDocument } from "./openapi/document.ts";
import { referencePage, STYLE } from "./openapi/reference_page.ts";
import { ROOT } from "./tools.ts";

/** Module that {@linkcode referenceModule} generates. */
export const REFERENCE_MODULE = new URL("routes/reference/document.ts", ROOT);

/**
 * Builds the OpenAPI document and the reference page ahead of time, so that a server needs neither
 * the generator nor time at its start.
 *
 * @returns Source of the module that contains both.
 */
export async function referenceModule(): Promise<string> {
  const document = openApiDocument();
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return `// Generated from the folder packaging/openapi by \`deno task reference\`.

/** OpenAPI document as JSON. */
export const OPENAPI: string =
  ${JSON.stringify(JSON.stringify(document))};

/** Reference page as HTML. */
export const REFERENCE: string =
  ${JSON.stringify(await referencePage(document))};

/** Content-Security-Policy hash of the page's style sheet. */
export const STYLE_HASH = ${JSON.stringify(`sha256-${hash}`)};
`;
}

if (import.meta.main) {
  await Deno.writeTextFile(REFERENCE_MODULE, await referenceModule());
  console.log("The document and its page are in routes/reference/document.ts.");
}
