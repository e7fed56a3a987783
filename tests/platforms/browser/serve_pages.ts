import { extname } from "node:path";

/** Content of a file in memory. */
export type FileBody = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Options of {@linkcode servePages}. */
export interface PageServerOptions {
  /** URL of the folder that is served. */
  readonly folder: URL;
  /** More folders, by their path on the server. */
  readonly mounts?: Readonly<Record<string, URL>>;
  /** Files in memory, or functions that return them, by their path on the server. */
  readonly files?: Readonly<Record<string, FileBody | (() => FileBody)>>;
  /**
   * True if pages are cross-origin isolated, so that their threads can share memory.
   *
   * @default true
   */
  readonly isolated?: boolean;
  /** Further headers of every response. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Media types by extension, which replace the right ones. */
  readonly types?: Readonly<Record<string, string>>;
}

/** Server of pages that counts its requests. */
export interface PageServer extends AsyncDisposable {
  /** URL of the server, with a slash at its end. */
  readonly url: string;
  /** Number of requests by path. */
  readonly counts: Map<string, number>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** Serves pages on a free port of this machine. */
export function servePages(options: PageServerOptions): PageServer {
  const counts = new Map<string, number>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
      const body = await read(pathname, options);
      const headers = headersOf(pathname, options);
      return new Response(body ?? "no such file", { status: body === null ? 404 : 200, headers });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    counts,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function read(path: string, options: PageServerOptions): Promise<BodyInit | null> {
  const { folder, mounts = {}, files = {} } = options;
  const inMemory = files[path];
  if (inMemory !== undefined) return typeof inMemory === "function" ? inMemory() : inMemory;
  const mount = Object.keys(mounts).find((prefix) => path.startsWith(prefix));
  const file = mount === undefined
    ? new URL(path.slice(1), folder)
    : new URL(path.slice(mount.length), mounts[mount]);
  return await Deno.readFile(file).catch(() => null);
}

function headersOf(
  path: string,
  { isolated = true, headers = {}, types = {} }: PageServerOptions,
): Headers {
  const extension = extname(path) || ".html";
  const isolation = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  };
  return new Headers({
    "content-type": types[extension] ?? TYPES[extension] ?? "application/octet-stream",
    "cache-control": "no-cache",
    ...isolated ? isolation : {},
    ...headers,
  });
}
