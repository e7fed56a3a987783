import { Agent, request, type RequestOptions } from "node:https";
import type { ClientRequest, IncomingMessage } from "node:http";
import { ByteList } from "../../../core/byte_list.ts";
import { DomainError, tooManyBytes } from "../../../core/domain_error.ts";
import { abortable } from "../../../embed/abortable.ts";
import type { ImageUrl } from "./image_url.ts";

/** Options of {@linkcode pinnedGet}. */
export interface PinnedGetOptions {
  /** IP address to connect to. The caller has checked that the address is public. */
  readonly address: string;
  /** Cancels the request. */
  readonly signal: AbortSignal;
  /** Maximum bytes of the response body. */
  readonly maxBytes: number;
  /** Called with the number of bytes that have just arrived. Unset: not called. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Certificates to trust, PEM. Unset: the certificates that the runtime trusts. */
  readonly ca?: string | undefined;
  /**
   * Replaces an IP address with another endpoint. Tests use this function to reach a local server.
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

/** Result of a request: the bytes of an image, or the target of a redirect. */
export type PinnedAnswer = { readonly bytes: Uint8Array<ArrayBuffer> } | {
  readonly location: string;
};

/** Error for a failed connection. The caller may try the next IP address of the host. */
export class Unreachable extends Error {}

/**
 * Agent without keep-alive: each request opens a connection of its own to the checked IP address.
 */
const agent = new Agent({ keepAlive: false });

/**
 * Sends a GET request to a checked IP address, without resolving the host name again. The
 * certificate of the server must contain the host name of the URL.
 *
 * @throws {DomainError} `url-failed`, if the host does not send an image; `too-many-bytes`, if the
 *   response body has more than `maxBytes` bytes.
 * @throws {Unreachable} If the connection fails.
 */
export async function pinnedGet(to: ImageUrl, options: PinnedGetOptions): Promise<PinnedAnswer> {
  const sent = request(requestOptions(to, options));
  // The wait must end when the signal is aborted, even if the host never answers or the runtime
  // stops reading.
  const work = exchange(sent, to, options);
  try {
    return await abortable(work, options.signal);
  } finally {
    work.catch(() => {}); // ignores the error of a cancelled request
    sent.destroy();
  }
}

/**
 * Waits for the response to a request, and reads the image or the target of the redirect from the
 * response.
 */
async function exchange(
  sent: ClientRequest,
  { host }: ImageUrl,
  { maxBytes, onBytes }: PinnedGetOptions,
): Promise<PinnedAnswer> {
  const response = await responseTo(sent, host);
  const { statusCode = 0, headers } = response;
  try {
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      return { location: headers.location };
    }
    if (statusCode !== 200) throw urlFailed(host, `answers ${statusCode}`);
    if ((headers["content-encoding"] ?? "identity") !== "identity") {
      throw urlFailed(host, "sends the image compressed, against the accept-encoding header");
    }
    return { bytes: await bodyOf(response, host, maxBytes, onBytes) };
  } finally {
    response.destroy();
  }
}

/**
 * Returns the error for a host that does not send an image.
 *
 * @param fault End of the error message, for example "answers 404".
 */
export function urlFailed(host: string, fault: string): DomainError {
  return new DomainError("url-failed", `Cannot fetch image as ${host} ${fault}`);
}

function requestOptions(
  { url, host }: ImageUrl,
  { address, signal, ca, connect = (own) => ({ host: own, port: 443 }) }: PinnedGetOptions,
): RequestOptions {
  return {
    ...connect(address),
    method: "GET",
    path: url.pathname + url.search,
    servername: host,
    // Cookies, API key and IP address of the client are not forwarded to the host.
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
}

/** Sends a request. Returns its response before the body is read. */
function responseTo(sent: ClientRequest, host: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("upgrade", (_, socket) => {
      socket.destroy();
      reject(urlFailed(host, "answers 101"));
    });
    sent.on("error", (error: Error & { code?: string }) => {
      reject(new Unreachable(error.code ?? error.name));
    });
    sent.on("close", () => reject(new Unreachable("closed")));
    sent.end();
  });
}

async function bodyOf(
  response: IncomingMessage,
  host: string,
  maxBytes: number,
  onBytes: PinnedGetOptions["onBytes"],
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(response.headers["content-length"] ?? 0);
  if (declared > maxBytes) throw tooManyBytes(maxBytes, `there are ${declared}`, "fetch");
  const list = new ByteList();
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooManyBytes(maxBytes, "there are more", "fetch");
      onBytes?.(chunk.length);
      list.add(chunk);
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw urlFailed(host, "closed the connection early");
  }
  return list.joined();
}
