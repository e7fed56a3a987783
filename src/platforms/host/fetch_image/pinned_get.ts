import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { DomainError, tooManyBytes } from "../../../core/domain_error.ts";
import { joinedBytes } from "../../../core/joined_bytes.ts";
import type { ImageUrl } from "./image_url.ts";

/** Options of {@linkcode pinnedGet}. */
export interface PinnedGetOptions {
  /** IP address to connect to. The caller has checked that the address is public. */
  readonly address: string;
  /** Cancels the request. */
  readonly signal: AbortSignal;
  /** Maximum bytes of the response body. */
  readonly maxBytes: number;
  /** Certificates to trust, PEM. Unset: the certificates that the runtime trusts. */
  readonly ca?: string | undefined;
  /**
   * Returns the endpoint to connect to for an IP address. Tests use it to reach a local server.
   * Unset: port 443 of the IP address.
   */
  readonly connect?: ((address: string) => Endpoint) | undefined;
}

/** Endpoint of a TCP connection. */
export interface Endpoint {
  /** IP address. */
  readonly host: string;
  /** Port. */
  readonly port: number;
}

/** Result of a request: the bytes of an image, or the URL to which the server redirects. */
export type PinnedAnswer = { readonly bytes: Uint8Array<ArrayBuffer> } | {
  readonly location: string;
};

/** Error for a failed connection. The caller may try the next IP address of the host. */
export class Unreachable extends Error {}

/** Agent without keep-alive: each request opens a connection of its own to the checked address. */
const agent = new Agent({ keepAlive: false });

/**
 * Sends a GET request to a checked IP address, without resolving the host name again. The
 * certificate of the server must contain the host name of the URL.
 *
 * @throws {DomainError} `url-failed`, if the host does not send an image; `too-many-bytes`.
 * @throws {Unreachable} If the connection fails.
 */
export async function pinnedGet(to: ImageUrl, options: PinnedGetOptions): Promise<PinnedAnswer> {
  const response = await send(to, options);
  const { statusCode = 0, headers } = response;
  try {
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      return { location: headers.location };
    }
    if (statusCode !== 200) throw urlFailed(to.host, `answers ${statusCode}`);
    if ((headers["content-encoding"] ?? "identity") !== "identity") {
      throw urlFailed(to.host, "sends the image compressed, against the accept-encoding header");
    }
    return { bytes: await bodyOf(response, to.host, options.maxBytes) };
  } finally {
    response.destroy();
  }
}

/** Returns the error for a URL whose host does not send an image. */
export function urlFailed(host: string, fault: string): DomainError {
  return new DomainError("url-failed", `Cannot fetch image as ${host} ${fault}`);
}

function send(
  { url, host }: ImageUrl,
  { address, signal, ca, connect = (own) => ({ host: own, port: 443 }) }: PinnedGetOptions,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    ...connect(address),
    method: "GET",
    path: url.pathname + url.search,
    servername: host,
    // The client's cookies, API key and IP address are not forwarded to the host.
    headers: {
      host,
      accept: "image/*",
      "accept-encoding": "identity",
      "user-agent": "retinanet-edge",
    },
    agent,
    signal,
    maxHeaderSize: 16 * 1024,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve);
    sent.on("error", (error: Error & { code?: string }) => {
      reject(new Unreachable(error.code ?? error.name));
    });
    sent.end();
  });
}

async function bodyOf(
  response: IncomingMessage,
  host: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(response.headers["content-length"] ?? 0);
  if (declared > maxBytes) throw tooManyBytes(maxBytes, `there are ${declared}`, "fetch");
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooManyBytes(maxBytes, "there are more", "fetch");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw urlFailed(host, "closed the connection early");
  }
  return joinedBytes(chunks);
}
