import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Hono } from "hono";
import type { AppEnv, RequestFacts, RequestFault } from "../../../routes/http/app_env.ts";

/**
 * Data that accompanies a request from `node:http`. Hono calls this data the bindings of a request.
 */
export interface HostBindings extends RequestFacts {
  /**
   * Request of `node:http`. If the request could not be parsed, this object contains only the
   * connection.
   */
  readonly incoming: Pick<IncomingMessage, "socket">;
}

/**
 * Returns the fault of a request with missing or repeated `Host` headers. Returns undefined for all
 * other requests. This check is needed because `node:http` accepts requests with these faults.
 */
export function faultOf({ httpVersion, rawHeaders }: IncomingMessage): RequestFault | undefined {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
  // Rules for `Host`: RFC 9112, section 3.2.
  if (hosts > 1) return malformed(`it must have one line "Host": it has ${hosts}`);
  if (hosts === 0 && httpVersion === "1.1") return malformed('HTTP/1.1 needs a line "Host"');
  return undefined;
}

/** Returns the fault for a malformed `Host` header or a malformed URL. */
export function urlFault(): RequestFault {
  return malformed("its host or its URL is not valid");
}

/** Returns the fault for a header `Expect` with a value other than `100-continue`. */
export function expectationFault(): RequestFault {
  return {
    code: "expectation-failed",
    detail: 'Cannot answer as "Expect" must be 100-continue, or not be sent',
  };
}

/**
 * Returns the fault for bytes that the parser of `node:http` has refused.
 *
 * @param code Code of the parser's error.
 */
export function parserFault(code: string | undefined, maxHeaderBytes: number): RequestFault {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        code: "too-many-headers",
        detail: `Cannot answer as the header must have at most ${maxHeaderBytes} bytes`,
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return {
        code: "request-timeout",
        detail: "Cannot answer as the request did not arrive in time",
      };
    case undefined:
    default:
      return malformed("it is not valid HTTP/1.1");
  }
}

function malformed(why: string): RequestFault {
  return { code: "malformed-request", detail: `Cannot read the request as ${why}` };
}

/** Passes a malformed request to the app, which answers and logs the request. */
export async function refuse(
  app: Hono<AppEnv>,
  bindings: HostBindings & { readonly fault: RequestFault },
  method = "GET",
  url = "/",
): Promise<Response> {
  const request = new Request(urlOf(url), { method: methodOf(method) });
  return await app.fetch(request, bindings);
}

/**
 * Reads the method and the URL from the request line at the start of `bytes`. Returns an empty
 * array if there is no valid request line.
 */
export function requestLineOf(bytes: Uint8Array | undefined): [method?: string, url?: string] {
  const text = new TextDecoder("latin1").decode(bytes?.subarray(0, 500));
  const [, method, url] = text.match(/^([A-Z]{3,10}) (\/[^\s\0]*) HTTP\/1\.[01]\r?\n/) ?? [];
  return method === undefined || url === undefined ? [] : [method, url];
}

/** Formats a response as HTTP/1.1 text. A header tells the client that the connection closes. */
export async function responseBytes(response: Response): Promise<string> {
  const body = await response.text();
  const lines = [...response.headers]
    .filter(([name]) => !/^(connection|content-length|transfer-encoding)$/.test(name))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const length = new TextEncoder().encode(body).length;
  return `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status]}\r\n` +
    `${lines.join("")}date: ${new Date().toUTCString()}\r\n` +
    `content-length: ${length}\r\nconnection: close\r\n\r\n${body}`;
}

function urlOf(url: string): string {
  const path = URL.canParse(url, "http://localhost") ? url : "/";
  const { pathname } = new URL(path, "http://localhost");
  return `http://localhost${pathname}`;
}

/**
 * Returns an HTTP method that the class `Request` allows: `method`, or GET if `method` is not
 * allowed.
 */
function methodOf(method: string): string {
  return /^(CONNECT|TRACE|TRACK)$/i.test(method) ? "GET" : method;
}
