import { createHash } from "node:crypto";
import { seededRandom, wholeBetween } from "../../../random.ts";

/** Response of the server to one request. */
export interface Behaviour {
  /** Content of the file. Unset: {@linkcode FILE}. */
  readonly file?: Uint8Array<ArrayBuffer>;
  /** ETag; null sends none. Unset: `"v1"`. */
  readonly etag?: string | null;
  /** False to ignore `Range`. */
  readonly ranges?: boolean;
  /** False to ignore `If-Range`. */
  readonly ifRange?: boolean;
  /** Offset at which the connection ends, once the client has the bytes before it. */
  readonly stopAt?: number;
  /** True to leave the connection open at `stopAt`, without data. */
  readonly silent?: boolean;
  /** False to omit `Content-Length`. */
  readonly sized?: boolean;
  /** Creates another response instead of the file. */
  readonly instead?: (request: Request) => Response;
}

/** Request that the server received. */
export interface ReceivedRequest {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
}

/** Server with one file, at every path. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** Requests so far. */
  readonly requests: readonly ReceivedRequest[];
  /** Tells the server how many bytes the client has, so that it can end connections there. */
  reached(position: number): void;
}

const random = seededRandom(1);

/** Content of 100,000 bytes without a pattern, which would hide a shift. */
export const FILE = Uint8Array.from({ length: 100_000 }, () => wholeBetween(random, 0, 255));

/** Other content of the same size. */
export const OTHER = FILE.map((byte) => byte ^ 0xff);

/** Serves files on a loopback port. Each request takes the next behaviour; the last one repeats. */
export function serveFile(...behaviours: readonly Behaviour[]): FileServer {
  const requests: ReceivedRequest[] = [];
  const waiting = new Map<number, () => void>();
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const behaviour = behaviours[Math.min(requests.length, behaviours.length - 1)] ?? {};
    requests.push({
      path: new URL(request.url).pathname,
      range: request.headers.get("range"),
      ifRange: request.headers.get("if-range"),
    });
    return behaviour.instead?.(request) ?? answer(request, behaviour, waiting);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/graph.onnx`,
    requests,
    reached(position) {
      for (const [stop, end] of waiting) if (position >= stop) end();
    },
    async [Symbol.asyncDispose]() {
      for (const end of waiting.values()) end();
      await server.shutdown();
    },
  };
}

/** Returns the SHA-256, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Returns the MD5, hexadecimal. */
export function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

function answer(
  request: Request,
  { file = FILE, etag = '"v1"', ranges = true, ifRange = true, stopAt, silent, sized = true }:
    Behaviour,
  waiting: Map<number, () => void>,
): Response {
  const condition = request.headers.get("if-range");
  const range = ranges && (!ifRange || condition === null || condition === etag)
    ? request.headers.get("range")?.match(/^bytes=(\d+)-$/)
    : undefined;
  const start = Number(range?.[1] ?? 0);
  const headers = new Headers(etag === null ? {} : { ETag: etag });
  if (range && start >= file.length) {
    headers.set("Content-Range", `bytes */${file.length}`);
    return new Response(null, { status: 416, headers });
  }
  if (range) headers.set("Content-Range", `bytes ${start}-${file.length - 1}/${file.length}`);
  if (sized) headers.set("Content-Length", String(file.length - start));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(file.slice(start, stopAt));
      if (stopAt === undefined) return controller.close();
      if (silent) return;
      waiting.set(stopAt, () => {
        waiting.delete(stopAt);
        controller.close();
      });
    },
  });
  return new Response(body, { status: range ? 206 : 200, headers });
}
