import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Hono } from "hono";
import type { AppEnv, RequestFacts, RequestFault } from "../../../routes/http/app_env.ts";

/** Bindings of a request from `node:http`. */
export interface HostBindings extends RequestFacts {
  /** Request. If the request could not be parsed: an object with its connection. */
  readonly incoming: Pick<IncomingMessage, "socket">;
}

/** Returns the fault of a request that `node:http` accepts, or undefined. */
export function faultOf({ httpVersion, rawHeaders }: IncomingMessage): RequestFault | undefined {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
  // RFC 9112, section 3.2.
  if (hosts > 1) return malformed(`it must have one line "Host": it has ${hosts}`);
  if (hosts === 0 && httpVersion === "1.1") return malformed('HTTP/1.1 needs a line "Host"');
  return undefined;
}

/** Returns the fault of a request whose `Host` or URL is malformed. */
export function urlFault(): RequestFault {
  return malformed("its host or its URL is not valid");
}

/** Returns the fault of a request whose header `Expect` has a value other than `100-continue`. */
export function expectationFault(): RequestFault {
  return {
    code: "expectation-failed",
    detail: 'Cannot answer as "Expect" must be 100-continue, or not be sent',
  };
}

/** Returns the fault of bytes that `node:http` could not read, by the code of its error. */
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

/** Returns the app's response to a malformed request. The app also logs the request. */
export async function refuse(
  app: Hono<AppEnv>,
  bindings: HostBindings & { readonly fault: RequestFault },
  method = "GET",
  url = "/",
): Promise<Response> {
  const request = new Request(urlOf(url), { method: methodOf(method) });
  return await app.fetch(request, bindings);
}

/** Reads the method and the URL of bytes that begin with a request line. */
export function requestLineOf(bytes: Uint8Array | undefined): [method?: string, url?: string] {
  const text = new TextDecoder("latin1").decode(bytes?.subarray(0, 500));
  const [, method, url] = text.match(/^([A-Z]{3,10}) (\/[^\s\0]*) HTTP\/1\.[01]\r?\n/) ?? [];
  return method === undefined || url === undefined ? [] : [method, url];
}

/** Formats a response as HTTP/1.1 text. The response closes its connection. */
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

/** Returns the method, or GET for a method that a `Request` object does not allow. */
function methodOf(method: string): string {
  return /^(CONNECT|TRACE|TRACK)$/i.test(method) ? "GET" : method;
}
