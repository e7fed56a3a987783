import ipaddr from "ipaddr.js";
import { DomainError } from "../../../core/domain_error.ts";

/**
 * Lists of hosts from which the server may, or may not, fetch images. An entry is a host name
 * (`example.com`), or `*.` and a host name for all its subdomains (`*.example.com`).
 */
export interface HostLists {
  /** Hosts that are allowed. Unset: every public host is allowed. */
  readonly allow?: readonly string[] | undefined;
  /** Hosts that are denied, even if `allow` contains them. Unset: no host is denied. */
  readonly deny?: readonly string[] | undefined;
}

/**
 * Last parts of host names that never exist on the public internet. RFC 6761, RFC 7686, RFC 8375,
 * RFC 9476 and ICANN reserve these names for internal use.
 */
const INTERNAL = new Set([
  ...[
    "localhost",
    "local",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "localdomain",
  ],
  ...["arpa", "test", "invalid", "example", "onion", "alt"],
]);

/**
 * URL of an image that has passed `readImageUrl()`. The IP addresses of its host are not checked
 * yet.
 */
export interface ImageUrl {
  /** URL without its fragment. */
  readonly url: URL;
  /**
   * Host name in lower case, without a dot at its end. The certificate of the host must contain
   * this name.
   */
  readonly host: string;
}

/**
 * Parses the URL of an image. Accepts only https URLs with a host name, and without a user, a
 * password or a port.
 *
 * An IP address can be written in many ways, such as `0x7f000001`. The `URL` class converts all
 * notations of IP addresses to the usual notation, so this function can recognise and refuse IP
 * addresses.
 *
 * @param base URL against which a relative `text` is resolved. Undefined: `text` must be absolute.
 * @throws {DomainError} `invalid-option`, if `text` is not a URL; `url-not-allowed`, if the URL is
 *   refused.
 */
export function readImageUrl(text: string, base: URL | undefined, lists: HostLists): ImageUrl {
  if (!URL.canParse(text, base)) {
    throw new DomainError(
      "invalid-option",
      'Cannot fetch image as "url" must be a URL: https://…',
    );
  }
  const url = new URL(text, base);
  url.hash = "";
  const host = url.hostname.replace(/\.$/, "");
  const fault = faultOf(url, host, lists);
  if (fault !== undefined) throw urlNotAllowed(fault);
  return { url, host };
}

/** Returns the error for a URL that is refused. */
export function urlNotAllowed(fault: string): DomainError {
  return new DomainError("url-not-allowed", `Cannot fetch image as ${fault}`);
}

function faultOf(url: URL, host: string, { allow, deny = [] }: HostLists): string | undefined {
  if (url.protocol !== "https:") {
    return `the URL must begin with https://: it is ${url.protocol}`;
  }
  if (url.username !== "" || url.password !== "") {
    return "the URL must not contain a user or password";
  }
  if (url.port !== "") return `the port must be 443: it is ${url.port}`;
  if (host.startsWith("[") || ipaddr.IPv4.isValid(host)) {
    return "the host must be a name, not an IP address";
  }
  const labels = host.split(".");
  if (labels.length < 2 || labels.includes("") || INTERNAL.has(labels.at(-1)!)) {
    return "the host must be on the public internet";
  }
  if (hostIsListed(host, deny)) return "this server does not fetch from that host";
  if (allow && !hostIsListed(host, allow)) return "this server fetches only from hosts on its list";
  return undefined;
}

/** Returns true if a list contains the host name, or `*.` and a parent domain of the host. */
export function hostIsListed(host: string, list: readonly string[]): boolean {
  return list.some((entry) =>
    entry.startsWith("*.") ? host.endsWith(entry.slice(1)) : host === entry
  );
}
