import { Agent, request, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { DomainError } from "../../../core/domain_error.ts";
import { joinedBytes } from "../../../core/joined_bytes.ts";
import type { ImageUrl } from "./image_url.ts";

/** Where a request goes, and what it may take. */
export interface PinnedGetOptions {
  /** The address that was checked; no name is looked up any more. */
  readonly address: string;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Most bytes of the answer. */
  readonly maxBytes: number;
  /** Certificates that are trusted instead of the runtime's own. */
  readonly ca?: string;
  /** Where the address really is, for tests. */
  readonly connect?: (address: string) => { readonly host: string; readonly port: number };
}

/** What came back: an image or another address. */
export type PinnedAnswer = { readonly bytes: Uint8Array<ArrayBuffer> } | {
  readonly location: string;
};

/** No connection could be made; another address of the host may do better. */
export class Unreachable extends Error {}

/** No connection of one request is left for the next, to whatever host that goes. */
const agent = new Agent({ keepAlive: false });

/**
 * One GET of an address that was checked, under the name that the certificate must have.
 *
 * @throws {DomainError} `url-failed` or `too-many-bytes`.
 * @throws {Unreachable}
 */
export async function pinnedGet(to: ImageUrl, options: PinnedGetOptions): Promise<PinnedAnswer> {
  const response = await send(to, options);
  const { statusCode = 0, headers } = response;
  try {
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      return { location: headers.location };
    }
    if (statusCode !== 200) throw failed(to.host, `answers ${statusCode}`);
    if ((headers["content-encoding"] ?? "identity") !== "identity") {
      throw failed(to.host, "sends the image compressed, which nobody asked for");
    }
    return { bytes: await bodyOf(response, to.host, options.maxBytes) };
  } finally {
    response.destroy();
  }
}

/** The error for an address that gives no image. */
export function failed(host: string, fault: string): DomainError {
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
    // Nothing of the client's own request goes on: no cookie, no key, no address.
    headers: {
      host,
      accept: "image/*",
      "accept-encoding": "identity",
      "user-agent": "retinanet-edge",
    },
    agent,
    signal,
    ca,
    maxHeaderSize: 16 * 1024,
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
  if (declared > maxBytes) throw tooManyBytes(maxBytes, `there are ${declared}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw tooManyBytes(maxBytes, "there are more");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw failed(host, "broke the connection off");
  }
  return joinedBytes(chunks);
}

function tooManyBytes(maxBytes: number, found: string): DomainError {
  return new DomainError(
    "too-many-bytes",
    `Cannot fetch image as it must have at most ${maxBytes} bytes: ${found}`,
  );
}
