import type { Context } from "hono";
import type { AppEnv } from "../http/app_env.ts";
import { matchesEtag } from "../http/matches_etag.ts";

/** File of a browser bundle. */
export interface BundleFile {
  /** Size, bytes. */
  readonly size: number;
  /** ETag with its quotes, which changes with the content of the file. */
  readonly etag: string;
  /**
   * Opens the file. Not called for `HEAD` or if the client has the file already, because nobody
   * would read or close the stream.
   */
  readonly open: () => ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
}

/** Function that finds a file of the browser bundle. Returns null if there is no such file. */
export type ReadBundle = (path: string) => Promise<BundleFile | null>;

/**
 * Pattern of file paths in a browser bundle. A path that matches is relative and cannot lead out of
 * the bundle's folder: no part is `..`, and it has no backslash, percent sign or URL scheme.
 */
const FILE = /^(models\/)?\w[\w. -]*$/;

/** Media types of the files of a browser bundle. */
const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  mjs: "text/javascript; charset=utf-8",
  json: "application/json",
  gz: "application/gzip",
  wasm: "application/wasm",
  txt: "text/plain; charset=utf-8",
};

/**
 * Responds with a file of the browser bundle. Returns null if the file does not exist.
 *
 * @param path Path from the URL. `readBundle` gets only paths that lie in the bundle's folder.
 */
export async function bundleResponse(
  context: Context<AppEnv>,
  path: string,
  readBundle: ReadBundle,
): Promise<Response | null> {
  const file = FILE.test(path) ? await readBundle(path) : null;
  if (file === null) return null;
  context.header("ETag", file.etag);
  if (matchesEtag(context.req.header("if-none-match"), file.etag)) return context.body(null, 304);
  const headers = { "content-type": typeOf(path), "content-length": String(file.size) };
  return context.req.method === "HEAD"
    ? context.body(null, 200, headers)
    : context.body(file.open(), 200, headers);
}

function typeOf(path: string): string {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
