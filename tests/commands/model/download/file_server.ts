import { createHash } from "node:crypto";
import { seededRandom, wholeBetween } from "../../../random.ts";

/** How a server answers one request for its file. */
export interface Behaviour {
  /** The file as it is by then. */
  readonly file?: Uint8Array<ArrayBuffer>;
  /** Its ETag; null sends none. */
  readonly etag?: string | null;
  /** Whether `Range` is understood. */
  readonly ranges?: boolean;
  /** Whether `If-Range` is understood. */
  readonly ifRange?: boolean;
  /** Position in the file at which the connection ends, once the client has what is before. */
  readonly stopAt?: number;
  /** Whether the connection is left open there instead, in silence. */
  readonly silent?: boolean;
  /** Whether the answer says how long it is. */
  readonly sized?: boolean;
  /** An answer that is not the file. */
  readonly instead?: (request: Request) => Response;
}

/** What was asked. */
export interface Asked {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
}

/** A server with one file, at every path. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** The requests so far. */
  readonly asked: readonly Asked[];
  /** To be told how much the client has, so that connections end where they should. */
  reached(position: number): void;
}

const random = seededRandom(1);

/** 100,000 bytes without a pattern that would hide a shift. */
export const FILE = Uint8Array.from({ length: 100_000 }, () => wholeBetween(random, 0, 255));

/** Another file of that size. */
export const OTHER = FILE.map((byte) => byte ^ 0xff);

/** Serves `FILE` from a loopback port; a request takes the next behaviour, the last one stays. */
export function serveFile(...behaviours: readonly Behaviour[]): FileServer {
  const asked: Asked[] = [];
  const waiting = new Map<number, () => void>();
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const behaviour = behaviours[Math.min(asked.length, behaviours.length - 1)] ?? {};
    asked.push({
      path: new URL(request.url).pathname,
      range: request.headers.get("range"),
      ifRange: request.headers.get("if-range"),
    });
    return behaviour.instead?.(request) ?? answer(request, behaviour, waiting);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/graph.onnx`,
    asked,
    reached(position) {
      for (const [stop, end] of waiting) if (position >= stop) end();
    },
    async [Symbol.asyncDispose]() {
      for (const end of waiting.values()) end();
      await server.shutdown();
    },
  };
}

/** SHA-256 in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** MD5 in hexadecimal digits. */
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
