import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { AVIF_BUILD, WEBP_BUILD } from "../src/codecs/icodec_builds.ts";

/**
 * Refuses a wasm file of icodec that is not the build that its decoder was written for.
 *
 * @param file URL of any file to package; other files pass.
 * @throws {Error} If the SHA-256 differs.
 */
export async function checkWasm(file: URL): Promise<void> {
  const build = [AVIF_BUILD, WEBP_BUILD].find((each) => file.pathname.endsWith(`/${each.file}`));
  if (build === undefined) return;
  const sha256 = createHash("sha256").update(await readFile(file)).digest("hex");
  if (sha256 === build.sha256) return;
  throw new Error(
    `Cannot package ${build.file} as it must be the build of ${build.package} with SHA-256 ` +
      `${build.sha256}: current value is ${sha256}. Install ${build.package}, or write a new table ` +
      "of minified names in src/codecs/icodec_builds.ts.",
  );
}
