import { createReadStream, existsSync, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { PageOptions } from "../../../routes/page/app.ts";

/** Folder in which `deno task bundle` builds the browser bundle. */
const BUILT = new URL("../../../dist/browser/", import.meta.url);

/**
 * Returns the options of the web page. If there is a browser bundle, the page can run the detector
 * in the browser.
 *
 * @param folder Path of the folder of the bundle. Unset: the folder in which this project builds
 *   the bundle, if this folder exists.
 */
export function pageWithBundle(folder: string | undefined): PageOptions {
  const root = folder === undefined ? BUILT : pathToFileURL(`${folder}/`);
  if (folder === undefined && !existsSync(new URL("retinanet-edge.js", root))) return {};
  return {
    async readBundle(path) {
      const file = new URL(path, root);
      const status = await stat(file).catch(() => null);
      if (!status?.isFile()) return null;
      return { size: status.size, etag: etagOf(status), open: () => read(file) };
    },
  };
}

/**
 * Returns the ETag of a file. The time of the last change of its entry (ctime) also counts, because
 * npm and `cp -p` give different contents the same time of modification.
 */
function etagOf({ size, mtimeMs, ctimeMs }: Stats): string {
  return `W/"${size}-${mtimeMs}-${ctimeMs}"`;
}

function read(file: URL): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file)) as unknown as ReadableStream<Uint8Array>;
}
